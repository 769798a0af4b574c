"""Files of an ENS: judged by their bytes, stored in pieces, kept apart until scanned."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import msgspec
from django.conf import settings
from django.core.files import File as DjangoFile
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from declarations import scanning
from declarations.events import ATTACHMENT_ADDED, ATTACHMENT_SCANNED
from declarations.models import Attachment, AttachmentChunk, Referral
from declarations.services.locks import assert_in_transaction

File = DjangoFile[Any]
Scan = Attachment.Scan
CHUNK = 256 * 1024
MOST_AT_ONCE, MOST_OF_ENS = 9, 50
BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
)
"""How the kinds of file begin that are taken; what a browser says of a file counts for nothing."""


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What files belong to, and who brings them; `sender` is an EORI number, or empty.

    Those of a message have no user.
    """

    ens: int
    referral: Referral | None
    user: User | None
    sender: str


def against_files(files: Sequence[File], ens: int) -> list[Finding]:
    """Return what stands against keeping the files: how many, how large, of what kind."""
    if len(files) > MOST_AT_ONCE:
        return [_refusal(_("At most %d files at once.") % MOST_AT_ONCE)]
    if Attachment.objects.filter(ens=ens).count() + len(files) > MOST_OF_ENS:
        return [_refusal(_("At most %d files belong to one declaration.") % MOST_OF_ENS)]
    return [finding for file in files for finding in _against(file)]


def _against(file: File) -> list[Finding]:
    name = plain_name(file.name or "")
    if not file.size or file.size > settings.ATTACHMENT_SIZE_LIMIT:
        limit = settings.ATTACHMENT_SIZE_LIMIT // 1_000_000
        text = _("%(name)s: choose a file of at most %(limit)d MB.")
        return [_refusal(text % {"name": name, "limit": limit})]
    if not media_type(_first(file)):
        return [_refusal(_("%s: only PDF, JPEG, PNG and TIFF files are taken.") % name)]
    return []


def _first(file: File) -> bytes:
    return next(iter(file.chunks(CHUNK)), b"")


def media_type(content: bytes) -> str:
    """Return the type that the first bytes tell; empty for what is not taken."""
    return next((kind for start, kind in BEGINNINGS if content.startswith(start)), "")


def _refusal(text: str) -> Finding:
    return Finding(code="files", location="files", text=text, stage=Stage.LIFECYCLE)


def keep(files: Iterable[File], filed: Filed, *, at: datetime) -> list[Attachment]:
    """Keep the files in quarantine, in the caller's transaction; `against_files` found nothing."""
    assert_in_transaction()
    kept = [_keep(file, filed, at) for file in files]
    record_many([_told(each, filed, at) for each in kept])
    return kept


def _keep(file: File, filed: Filed, at: datetime) -> Attachment:
    attachment = Attachment.objects.create(
        ens_id=filed.ens,
        referral=filed.referral,
        name=plain_name(file.name or ""),
        media_type=media_type(_first(file)),
        size=file.size or 0,
        digest="",
        sender=filed.sender,
        added_by=filed.user,
        added_at=at,
    )
    digest = sha256()
    for number, data in enumerate(file.chunks(CHUNK)):
        digest.update(data)
        AttachmentChunk.objects.create(attachment=attachment, number=number, data=data)
    attachment.digest = digest.hexdigest()
    attachment.save(update_fields=["digest"])
    return attachment


def _told(attachment: Attachment, filed: Filed, at: datetime) -> NewEvent:
    data = {"attachment": attachment.pk, "name": attachment.name, "digest": attachment.digest}
    actor = filed.user.pk if filed.user else None
    return NewEvent(kind=ATTACHMENT_ADDED, at=at, stream=filed.ens, actor=actor, data=data)


def plain_name(name: str) -> str:
    """Return a file name without folders and control characters, to be shown only."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[:120] or "file"


def content(attachment: Attachment) -> Iterator[bytes]:
    """Return the bytes of a file in pieces, one piece in memory at a time."""
    numbers = attachment.chunks.order_by("number").values_list("data", flat=True)
    for data in numbers.iterator(chunk_size=1):
        yield bytes(data)


def scan_waiting(*, at: datetime, most: int = 20) -> int:
    """Ask the scanner about files in quarantine, outside any transaction; return how many moved.

    Without a scanner, or while it cannot tell, they stay where they are.
    """
    found = scanning.scanner()
    if found is None:
        return 0
    waiting = Attachment.objects.filter(scan=Scan.QUARANTINED).order_by("pk")[:most]
    return sum(_scan(each, found, at) for each in waiting)


_SCANS = {
    scanning.Finding.CLEAN: Scan.CLEAN,
    scanning.Finding.INFECTED: Scan.INFECTED,
}


def _scan(attachment: Attachment, scanner: scanning.Scanner, at: datetime) -> int:
    verdict = scanner.scan(content(attachment))
    scan = _SCANS.get(verdict.finding)
    if scan is None:
        Attachment.objects.filter(pk=attachment.pk).update(scan_words=verdict.words[:200])
        return 0
    with transaction.atomic():
        moved = Attachment.objects.filter(pk=attachment.pk, scan=Scan.QUARANTINED).update(
            scan=scan, scan_words=verdict.words[:200], scanned_at=at
        )
        data = {"attachment": attachment.pk, "name": attachment.name, "scan_name": str(scan.label)}
        event = NewEvent(kind=ATTACHMENT_SCANNED, at=at, stream=attachment.ens_id, data=data)
        record_many([event] if moved else [])
    return moved
