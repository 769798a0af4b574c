"""The reason of an order: a code of the right family, with a text where the code wants one."""

from datetime import datetime

from django.utils.translation import gettext as _

from customs_portal.reference.models import ReasonCode
from declarations.services.results import Refused, refused

LONGEST_NOTE = 4000


def reason_of(
    code: str, decision: ReasonCode.Decision, *, note: str, at: datetime
) -> ReasonCode | Refused:
    """Return the reason code in force, or why it does not do."""
    found = ReasonCode.objects.valid_on(at.date()).filter(code=code, decision=decision).first()
    if found is None:
        return refused("reason", _("Choose a reason for this decision."), "reason_code")
    if found.text_required and not note.strip():
        return refused("note", _("Write down the reason in your own words."), "note")
    if len(note) > LONGEST_NOTE:
        text = _("Use at most %(count)d characters.") % {"count": LONGEST_NOTE}
        return refused("note", text, "note")
    return found
