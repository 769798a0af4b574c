"""Pictures and papers of a control: judged by their bytes, kept apart until they were scanned."""

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record_many
from declarations import policies, scanning
from declarations.events import CONTROL_PICTURE
from declarations.models import ControlPicture, Measure
from declarations.services.attachments import plain_name
from declarations.services.measures import locked_measures, told
from declarations.services.results import Changed, Refused, refused

Scan = ControlPicture.Scan
BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
"""How the kinds of file begin that are taken; what a browser says of a file counts for nothing."""
MOST_PICTURES = 50


def add_picture(
    measure: int, *, name: str, content: bytes, officer: User, at: datetime
) -> Changed | Refused:
    """Keep a file of a control that has begun; an infected one is refused and not kept."""
    found = locked_measures([measure]).get(measure)
    against = _against(found, content, officer, at)
    if against or found is None:
        return against or _unknown()
    scan = scanned(content)
    if scan == Scan.INFECTED:
        return refused("harmful", _("The file is harmful and was not kept."), "picture")
    picture = ControlPicture.objects.create(
        control=found.control,
        file=ContentFile(content, "file"),
        name=plain_name(name),
        media_type=media_type(content),
        size=len(content),
        digest=sha256(content).hexdigest(),
        scan=scan,
        added_by=officer,
        added_at=at,
    )
    record_many([told(CONTROL_PICTURE, found, at=at, actor=officer.pk, name=picture.name)])
    return Changed(id=picture.pk)


def _against(
    measure: Measure | None, content: bytes, officer: User, at: datetime
) -> Refused | None:
    if measure is None or measure.kind != Measure.Kind.CONTROL:
        return _unknown()
    if not policies.may_decide_control(officer, measure, at):
        return _unknown()
    if measure.control.started_at is None:
        return refused("closed", _("The control has not begun."), "picture")
    if measure.control.pictures.count() >= MOST_PICTURES:
        return refused("many", _("At most %d files.") % MOST_PICTURES, "picture")
    return _against_content(content)


def _against_content(content: bytes) -> Refused | None:
    if not content or len(content) > settings.PICTURE_SIZE_LIMIT:
        limit = settings.PICTURE_SIZE_LIMIT // 1_000_000
        return refused("size", _("Choose a file of at most %d MB.") % limit, "picture")
    if not media_type(content):
        return refused("type", _("Only JPEG, PNG and PDF files are taken."), "picture")
    return None


def media_type(content: bytes) -> str:
    """Return the type that the first bytes tell; empty for what is not taken."""
    return next((kind for start, kind in BEGINNINGS if content.startswith(start)), "")


def scanned(content: bytes) -> ControlPicture.Scan:
    """Ask the scanner of the settings; without one a file stays not scanned."""
    found = scanning.scanner()
    verdict = found.scan([content]).finding if found else scanning.Finding.UNKNOWN
    known = {scanning.Finding.CLEAN: Scan.CLEAN, scanning.Finding.INFECTED: Scan.INFECTED}
    return known.get(verdict, Scan.NOT_SCANNED)


def _unknown() -> Refused:
    return refused("not_found", _("There is no such control for you."))
