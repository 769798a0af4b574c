"""Rule sets as files: download one, upload one as drafts."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.pages.access import RULE_READING, RULE_WRITERS, current_user, for_roles
from customs_portal.pages.looking import How, What, note_look
from declarations.services.results import Refused
from risk.models import RuleSetVersion
from risk.services.exchange import MOST_BYTES, Imported, export_rule_set, import_rules


@require_safe
@for_roles(RULE_READING)
def rule_set_export(request: HttpRequest, number: int) -> HttpResponse:
    """Send the file of a rule set."""
    rule_set = get_object_or_404(RuleSetVersion, number=number)
    note_look(request, What.RULE, f"rule set {number}", how=How.EXPORTED)
    with transaction.atomic():
        content = export_rule_set(rule_set, by=current_user(request), at=now())
    name = f'attachment; filename="rule-set-{number}.json"'
    return HttpResponse(
        content, content_type="application/json", headers={"Content-Disposition": name}
    )


@require_POST
@for_roles(RULE_WRITERS)
def rules_import(request: HttpRequest) -> HttpResponse:
    """Make drafts of the rules of a file, or say why not."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > MOST_BYTES:
        messages.error(request, _("Choose a file of at most 20 MB."))
        return redirect("rule_sets")
    with transaction.atomic():
        result = import_rules(file.read(), author=current_user(request), at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
        return redirect("rule_sets")
    messages.success(request, _told(result))
    return redirect("rules")


def _told(result: Imported) -> str:
    count = len(result.drafts)
    made = ngettext("%d draft was made.", "%d drafts were made.", count) % count
    same = _("%(count)d rules are the same here already.") % {"count": len(result.same)}
    return f"{made} {same}" if result.same else made
