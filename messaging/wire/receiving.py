"""Taking in what partners send: who it is, whether it is meant for us, and the receipt for it."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree

from customs_portal.findings import Finding
from messaging import inbox
from messaging.formats.parse import parse
from messaging.models import Partner, PartnerLine, Transmission
from messaging.received.kinds import KINDS, From
from messaging.wire.cover import PING, Cover, is_in_time, receipt_for
from messaging.wire.own_keys import signing_key
from messaging.wire.partner_keys import valid_keys
from messaging.wire.signing import BadSignature, sign_whole, verify

REASONS = {
    "unknown_sender": gettext_lazy("The sender is not known here."),
    "unknown_key": gettext_lazy("The key is not known, or not valid now."),
    "bad_signature": gettext_lazy("The signature is wrong."),
    "skew": gettext_lazy("The time of the message is more than 5 minutes from ours."),
    "not_for_us": gettext_lazy("The message is for somebody else."),
    "no_agreement": gettext_lazy("No agreement is in force."),
    "kind_not_agreed": gettext_lazy("This kind of message is not agreed."),
    "kind_differs": gettext_lazy("The message is not of the kind that its cover names."),
    "digest_differs": gettext_lazy("The bytes are not those that the cover names."),
    "bad_cover": gettext_lazy("The cover is damaged."),
    "id_reused": gettext_lazy("This id was used for another message."),
}
"""Why a message is refused, by the code that its sender gets."""
LONGEST_ID = 64
Check = Callable[[Cover, Partner, bytes, datetime], str | None]
"""Returns the code of what stands against a message."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is durable here, or was before; the receipt is for its sender."""

    receipt: str
    is_repeat: bool = False


class NotTaken(msgspec.Struct, frozen=True, kw_only=True):
    """Why a message was not taken in: a key of REASONS."""

    code: str


def take_in(cover: Cover, signature: str, body: bytes, *, at: datetime) -> Taken | NotTaken:
    """Take a signed message in, or say why not; durable when it returns Taken.

    Runs in autocommit. Raises django.db.Error when it could not be stored.
    """
    partner = Partner.objects.filter(code=cover.sender, active=True).first()
    if partner is None:
        return NotTaken(code="unknown_sender")
    refused = _signature(partner, cover, signature, at) or _checked(
        cover, partner, body, at, by=(_cover, _time, *_CONTENT)
    )
    if refused:
        return _noted(partner, refused, at)
    return _stored(partner, cover, signature, body, at)


def take_in_file(
    partner: Partner, cover: Cover, signature: str, body: bytes, *, at: datetime
) -> Taken | NotTaken:
    """Take in what lay in the folder of a partner's gateway, or say why not.

    How long it lay there is not asked; its signature only where the gateway does not vouch.
    """
    refused = None if partner.gateway_vouches else _signature(partner, cover, signature, at)
    refused = refused or _checked(cover, partner, body, at, by=(_cover, *_CONTENT))
    if refused:
        return _noted(partner, refused, at)
    return _stored(partner, cover, signature, body, at)


def _signature(partner: Partner, cover: Cover, signature: str, at: datetime) -> str | None:
    try:
        verify(signature, cover.signed_bytes(), valid_keys(partner, at))
    except BadSignature as error:
        return error.code
    return None


def _checked(
    cover: Cover, partner: Partner, body: bytes, at: datetime, *, by: tuple[Check, ...]
) -> str | None:
    return next((code for check in by if (code := check(cover, partner, body, at))), None)


def _cover(cover: Cover, partner: Partner, _body: bytes, _at: datetime) -> str | None:
    named = cover.sender == partner.code and 0 < len(cover.id) <= LONGEST_ID
    return None if named and cover.id.isascii() and cover.id.isprintable() else "bad_cover"


def _time(cover: Cover, _partner: Partner, _body: bytes, at: datetime) -> str | None:
    return None if is_in_time(cover, at) else "skew"


def _address(cover: Cover, _partner: Partner, _body: bytes, _at: datetime) -> str | None:
    return None if cover.recipient == settings.CUSTOMS_COUNTRY else "not_for_us"


def _agreement(cover: Cover, partner: Partner, _body: bytes, at: datetime) -> str | None:
    if not partner.is_agreed(at.date()) or partner.operator_id is None:
        return "no_agreement"
    agreed = cover.kind in partner.they_send and _is_taken_in(cover.kind, partner)
    return None if agreed or cover.kind == PING else "kind_not_agreed"


def _is_taken_in(kind: str, partner: Partner) -> bool:
    """Whether this kind is taken in at all from such a partner."""
    known = KINDS.get(kind)
    sender = From.PARTNER if partner.country else From.TRADER
    return known is not None and known.sender is sender


def _bytes(cover: Cover, _partner: Partner, body: bytes, _at: datetime) -> str | None:
    if sha256(body).hexdigest() != cover.digest:
        return "digest_differs"
    return None if cover.kind == PING or _is_of_kind(body, cover.kind) else "kind_differs"


def _is_of_kind(body: bytes, kind: str) -> bool:
    """Whether the root says so, as far as the bytes can be read; what cannot is judged later."""
    root = parse(body, limit=settings.MESSAGE_SIZE_LIMIT)
    return isinstance(root, Finding) or etree.QName(root).localname == kind


_CONTENT: tuple[Check, ...] = (_address, _agreement, _bytes)


def _stored(
    partner: Partner, cover: Cover, signature: str, body: bytes, at: datetime
) -> Taken | NotTaken:
    correlation = uuid4()
    receipt = _receipt(cover, correlation, at)
    if cover.kind == PING:
        return Taken(receipt=receipt)
    sent = inbox.PartnerMessage(
        partner=partner.pk,
        identification=cover.id,
        kind=cover.kind,
        signature=signature,
        receipt=receipt,
        correlation=correlation,
    )
    if inbox.receive_from_partner(sent, body=body, at=at):
        return Taken(receipt=receipt)
    return _repeated(partner, cover, at)


def _receipt(cover: Cover, correlation: UUID, at: datetime) -> str:
    found = receipt_for(cover, reference=str(correlation), at=at)
    return sign_whole(found.signed_bytes(), signing_key(at))


def _repeated(partner: Partner, cover: Cover, at: datetime) -> Taken | NotTaken:
    first = Transmission.objects.get(partner=partner, identification=cover.id)
    if bytes(first.digest).hex() != cover.digest:
        return _noted(partner, "id_reused", at)
    return Taken(receipt=first.receipt, is_repeat=True)


def _noted(partner: Partner, code: str, at: datetime) -> NotTaken:
    """Note on the line that a message of the partner was refused, for whoever watches it."""
    PartnerLine.objects.get_or_create(partner=partner)
    PartnerLine.objects.filter(partner=partner).update(refused_at=at, refusal=code)
    return NotTaken(code=code)


def reason(code: str) -> str:
    """Return the sentence of a refusal."""
    return str(REASONS.get(code, _("Unknown reason.")))
