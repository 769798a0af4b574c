"""Sending one message to a partner over its transport, and reading what came of it."""

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from messaging.models import Partner
from messaging.wire import folders, http
from messaging.wire.cover import PING, Cover, Receipt, acknowledges, cover
from messaging.wire.headers import SIGNATURE, headers_of
from messaging.wire.outcomes import Delivered, Later, Outcome, Stopped
from messaging.wire.own_keys import signing_key
from messaging.wire.partner_keys import KeysRefused, take_over_published, valid_keys
from messaging.wire.signing import BadSignature, opened, sign

MESSAGES = "/exchange/v1/messages"
KEYS = "/exchange/v1/keys"
FINAL = frozenset({409, 413, 415, 421, 422})
"""The statuses after which sending the same again is of no use."""
LONGEST_WAIT = timedelta(minutes=10)
REASON_LENGTH = 200


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A message ready to be sent."""

    message_id: str
    kind: str
    media_type: str
    body: bytes


def send(partner: Partner, parcel: Parcel, *, at: datetime) -> Outcome:
    """Send a message now; runs outside any transaction and ends within the time limit."""
    found = cover(
        message_id=parcel.message_id,
        sender=settings.CUSTOMS_COUNTRY,
        recipient=partner.code,
        kind=parcel.kind,
        body=parcel.body,
        at=at,
    )
    try:
        if partner.transport == Partner.Transport.FOLDER:
            media = parcel.media_type
            return folders.hand_over(partner, found, parcel.body, media_type=media, at=at)
        return _post(partner, found, parcel, at)
    except ImproperlyConfigured as error:
        return Later(reason=str(error)[:REASON_LENGTH])


def try_connection(partner: Partner, *, at: datetime) -> Outcome:
    """Send a message that says nothing: the whole way with both signatures, nothing stored."""
    message_id = f"PING{at:%Y%m%d%H%M%S%f}"
    ping = Parcel(message_id=message_id, kind=PING, media_type="text/plain", body=b"ping")
    return send(partner, ping, at=at)


def fetch_keys(partner: Partner, *, at: datetime) -> int:
    """Take over the keys that the partner publishes; return how many were new.

    Raises KeysRefused with the reason.
    """
    url = partner.address.rstrip("/") + KEYS
    try:
        answer = http.request("GET", url, headers={}, seconds=settings.PARTNER_TIMEOUT_SECONDS)
    except http.Unreachable as error:
        raise KeysRefused(_("It cannot be reached: %s") % error) from error
    if answer.status != 200:
        raise KeysRefused(_("It answered with status %d.") % answer.status)
    signature = answer.headers.get(SIGNATURE.lower(), "")
    return take_over_published(partner, answer.body, signature, at=at)


def _post(partner: Partner, found: Cover, parcel: Parcel, at: datetime) -> Outcome:
    headers = {
        **headers_of(found),
        SIGNATURE: sign(found.signed_bytes(), signing_key(at)),
        "Content-Type": parcel.media_type,
    }
    url = partner.address.rstrip("/") + MESSAGES
    try:
        answer = http.request(
            "POST", url, parcel.body, headers=headers, seconds=settings.PARTNER_TIMEOUT_SECONDS
        )
    except http.Unreachable as error:
        return Later(reason=str(error))
    if answer.status == 200:
        return check_receipt(partner, found, answer.body, at)
    return _refused(answer)


def check_receipt(partner: Partner, found: Cover, body: bytes, at: datetime) -> Delivered | Later:
    """Return that it was delivered, if the receipt is signed by the partner over these bytes."""
    try:
        text = body.decode("ascii").strip()
        receipt = msgspec.json.decode(opened(text, valid_keys(partner, at)), type=Receipt)
    except (BadSignature, UnicodeDecodeError, msgspec.DecodeError) as error:
        code = error.code if isinstance(error, BadSignature) else "not readable"
        return Later(reason=_("Damaged receipt: %s") % code)
    if not acknowledges(receipt, found):
        return Later(reason=_("The receipt is for another message."))
    return Delivered(receipt=text)


def _refused(answer: http.Answer) -> Later | Stopped:
    reason = f"{answer.status} {_code(answer.body)}".strip()
    if answer.status in FINAL:
        return Stopped(reason=reason)
    asked = answer.headers.get("retry-after", "")
    wait = timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 6 else None
    return Later(reason=reason, wait=min(wait, LONGEST_WAIT) if wait else None)


def _code(body: bytes) -> str:
    """Return the code of a problem (RFC 9457), empty where the answer is none."""
    try:
        found = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    code = str(found.get("code", ""))[:60]
    return code if code.isascii() and code.isprintable() else ""
