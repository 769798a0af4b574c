"""A decision form that came after its session had ended: kept until its author is back.

It waits in the session that begins then, bounded, and is shown to nobody but whoever wrote it.
"""

from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from customs_portal.accounts.models import User
from risk.forms import DecisionForm

KEY = "kept_form"
SALT = "author of a decision form"
LONGEST = 9000
FIELDS = (*DecisionForm.base_fields, "version")


def author_of(user: User) -> str:
    """Return what a form carries so that it can be told later who wrote it."""
    return signing.dumps(user.pk, salt=SALT)


def keep(request: HttpRequest) -> str | None:
    """Keep a decision form that nobody is logged in for; return the page that will show it."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.view_name != "decide":
        return None
    case = match.kwargs["case_id"]
    fields = {name: request.POST.get(name, "")[:LONGEST] for name in FIELDS}
    author = request.POST.get("author", "")[:200]
    request.session[KEY] = {"case": case, "author": author, "fields": fields}
    return reverse("review", args=[case])


def take(request: HttpRequest, case: int, user: User) -> QueryDict | None:
    """Return what the user wrote on the case before the session ended, once."""
    kept = request.session.get(KEY)
    if not kept or kept["case"] != case:
        return None
    del request.session[KEY]
    if not _is_by(kept, user):
        return None
    found = QueryDict(mutable=True)
    found.update(kept["fields"])
    return found


def _is_by(kept: dict[str, Any], user: User) -> bool:
    try:
        return bool(signing.loads(kept["author"], salt=SALT) == user.pk)
    except signing.BadSignature:
        return False
