"""Notes of officers on a case."""

from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record
from declarations.services.results import Changed, Refused, refused
from risk import policies
from risk.events import CASE_NOTED
from risk.models import Case, CaseNote

LONGEST_TEXT = 8000


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted: of what kind, with whom, and the text."""

    case: int
    kind: str
    text: str
    contact: str = ""


def note(wanted: Note, *, officer: User, at: datetime) -> Changed | Refused:
    """Keep the note in the caller's transaction; a closed case can still be noted on."""
    case = Case.objects.filter(pk=wanted.case).first()
    if case is None or not policies.may_work_on(officer, case):
        return refused("not_found", _("There is no such case for you."))
    text = wanted.text.strip()
    if not text or len(text) > LONGEST_TEXT or wanted.kind not in CaseNote.Kind.values:
        limit = _("Write a text of at most %d characters.") % LONGEST_TEXT
        return refused("text", limit, "text")
    kept = CaseNote.objects.create(
        case=case,
        kind=wanted.kind,
        contact=wanted.contact.strip()[:140],
        text=text,
        officer=officer,
        noted_at=at,
    )
    contact = f": {kept.contact}" if kept.contact else ""
    data = {"note": kept.pk, "kind_name": kept.get_kind_display(), "contact": contact}
    record(CASE_NOTED, at=at, stream=case.ens_id, actor=officer.pk, data=data)
    return Changed(id=case.pk)
