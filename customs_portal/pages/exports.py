"""Exports: each says by whom, when and for what it was made, and carries its own digest."""

from collections.abc import Iterable, Sequence
from csv import writer
from datetime import datetime
from hashlib import sha256
from io import StringIO

import msgspec
from django.http import HttpRequest, HttpResponse

from customs_portal.cells import harmless_text
from customs_portal.clock import now
from customs_portal.events.digests import newest_digest
from customs_portal.pages.access import current_user

LONGEST_PURPOSE = 200


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """Who made an export, when, and for what; `chain` is the digest of the newest closed month."""

    title: str
    by: str
    at: datetime
    purpose: str
    chain: str


def watermark(request: HttpRequest, title: str, purpose: str = "") -> Watermark:
    """Return the watermark of what whoever asks exports now; outsiders learn no digest of logs."""
    user = current_user(request)
    return Watermark(
        title=title,
        by=user.username,
        at=now(),
        purpose=purpose,
        chain=newest_digest() if user.is_official else "",
    )


def csv_response(
    mark: Watermark, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """Return the rows as CSV: first the watermark, last the SHA-256 of all lines before it."""
    text = StringIO()
    lines = writer(text, lineterminator="\r\n")
    for name in ("title", "by", "at", "purpose", "chain"):
        lines.writerow([f"# {name}", harmless(getattr(mark, name))])
    lines.writerow(columns)
    lines.writerows([harmless(value) for value in row] for row in rows)
    body = text.getvalue().encode()
    return _download(body + f"# sha256,{sha256(body).hexdigest()}\r\n".encode(), mark, "csv")


def json_lines_response(
    mark: Watermark, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """Return the rows as JSON lines: first the watermark, last the SHA-256 of all before it."""
    encode = msgspec.json.encode
    lines = [encode({"watermark": mark}), *(encode(_named(columns, row)) for row in rows)]
    body = b"\n".join(lines) + b"\n"
    end = encode({"sha256": sha256(body).hexdigest()}) + b"\n"
    return _download(body + end, mark, "jsonl")


def harmless(value: object) -> str:
    """Return the text of a cell that no spreadsheet takes for a formula."""
    return harmless_text(value.isoformat() if isinstance(value, datetime) else str(value))


def _named(columns: Sequence[str], row: Sequence[object]) -> dict[str, object]:
    return dict(zip(columns, row, strict=True))


def _download(body: bytes, mark: Watermark, ending: str) -> HttpResponse:
    types = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
    name = f"{mark.title.lower().replace(' ', '-')}-{mark.at:%Y%m%dT%H%M%S}.{ending}"
    response = HttpResponse(body, content_type=types[ending])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
