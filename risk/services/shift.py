"""Handing a shift on: a note signed by who leaves, read and taken over by who comes."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.events.services import record
from declarations.models import Measure
from declarations.services.results import Refused, refused
from risk.events import SHIFT_READ, SHIFT_SIGNED
from risk.models import Case, ShiftNote, ShiftNoteReading

LONGEST_TEXT = 4000


def sign_note(*, office: str, text: str, officer: User, at: datetime) -> ShiftNote | Refused:
    """Sign the note of a shift at an office of the officer, with how much is open there now."""
    text = text.strip()
    if officer.role not in policies.OFFICER_ROLES or office not in policies.office_references(
        officer
    ):
        return refused("office", _("This is not an office of yours."), "office")
    if not text or len(text) > LONGEST_TEXT:
        return refused("text", _("Write at most %d characters.") % LONGEST_TEXT, "text")
    note = ShiftNote.objects.create(
        office=office, text=text, standing=standing(office, at), signed_by=officer, signed_at=at
    )
    data = {"office": office, "note": note.pk}
    record(SHIFT_SIGNED, at=at, data=data, actor=officer.pk)
    return note


def read_note(note: ShiftNote, *, officer: User, at: datetime) -> ShiftNoteReading | Refused:
    """Note that the officer has read it and took over; a second time nothing more is noted."""
    if officer.role not in policies.OFFICER_ROLES or officer.pk == note.signed_by_id:
        return refused("own", _("Whoever takes over reads it, not who wrote it."))
    reading, is_new = ShiftNoteReading.objects.get_or_create(
        note=note, reader=officer, defaults={"read_at": at}
    )
    if is_new:
        data = {"office": note.office, "note": note.pk}
        record(SHIFT_READ, at=at, data=data, actor=officer.pk)
    return reading


def standing(office: str, at: datetime) -> dict[str, Any]:
    """Return how much is open at an office: cases, those late, those of nobody, measures."""
    cases = (
        Case.objects.open()
        .filter(office=office)
        .aggregate(
            open=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=at)),
            nobody=Count("pk", filter=Q(assignee__isnull=True)),
        )
    )
    measures = Measure.objects.open().filter(Q(office=office) | Q(place=office))
    kinds = dict(measures.order_by().values_list("kind").annotate(Count("pk")))
    return {**cases, "measures": kinds}
