"""The folder of a gateway: what goes out in `out`, what comes in in `in`; nothing half-written.

A message is two files: the payload, and beside it `ID.json` with cover and signature, which is
renamed into place last. Whoever finds the second one finds both whole.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from messaging.models import Partner
from messaging.wire.cover import Cover
from messaging.wire.outcomes import Handed, Later
from messaging.wire.own_keys import signing_key
from messaging.wire.signing import sign

LARGEST_METADATA = 10_000
_SUFFIX = {"application/json": ".data"}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file with metadata that lies in a folder, and what it says; {} where it is damaged."""

    path: Path
    says: dict[str, Any]


def folder_of(partner: Partner, name: str) -> Path:
    """Return `in` or `out` of the partner's folder, made when missing."""
    found = Path(settings.PARTNER_FOLDERS) / partner.folder / name
    found.mkdir(parents=True, exist_ok=True)
    return found


def hand_over(
    partner: Partner, cover: Cover, body: bytes, *, media_type: str, at: datetime
) -> Handed | Later:
    """Put a message into `out`; doing so again changes nothing but time and signature."""
    payload = f"{cover.id}{_SUFFIX.get(media_type, '.xml')}"
    says = {
        "cover": msgspec.to_builtins(cover),
        "file": payload,
        "media_type": media_type,
        "signature": sign(cover.signed_bytes(), signing_key(at)),
    }
    try:
        folder = folder_of(partner, "out")
        write(folder / payload, body)
        write(folder / f"{cover.id}.json", json.dumps(says, indent=1).encode())
    except OSError as error:
        return Later(reason=f"{type(error).__name__}: {error.strerror}")
    return Handed()


def is_taken(partner: Partner, message_id: str) -> bool:
    """Whether the gateway has taken a message away."""
    return not (folder_of(partner, "out") / f"{message_id}.json").exists()


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, durable before it bears its name."""
    passing = path.with_name(f".{path.name}.part")
    with passing.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing.rename(path)


def waiting(partner: Partner, limit: int) -> Iterator[Found]:
    """Yield what lies in `in`, by name, at most `limit` of it."""
    names = sorted(path for path in folder_of(partner, "in").glob("*.json") if is_plain(path))
    for path in names[:limit]:
        yield Found(path=path, says=_says(path))


def is_plain(path: Path) -> bool:
    """Whether it is a whole file of its own, neither a link nor one that is being written."""
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")


def _says(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_METADATA:
            return {}
        found = json.loads(path.read_bytes())
    except (ValueError, OSError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def payload_of(found: Found) -> Path | None:
    """Return the payload beside the metadata, None where it names none."""
    name = found.says.get("file")
    if not isinstance(name, str) or Path(name).name != name or name == found.path.name:
        return None
    path = found.path.with_name(name)
    return path if is_plain(path) else None


def done(found: Found) -> None:
    """Take a message that is durable here, or a receipt, out of the folder."""
    payload = payload_of(found)
    found.path.unlink(missing_ok=True)
    if payload:
        payload.unlink(missing_ok=True)


def refuse(found: Found, reason: str) -> None:
    """Put what was not taken in aside into `refused`, with the reason."""
    aside = found.path.parent / "refused"
    aside.mkdir(exist_ok=True)
    write(aside / f"{found.path.stem}.reason.txt", f"{reason}\n".encode())
    payload = payload_of(found)
    if payload:
        payload.rename(aside / payload.name)
    found.path.rename(aside / found.path.name)
