"""The keys of partners: which are valid, and taking over new ones."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from messaging.models import Partner, PartnerKey
from messaging.wire.signing import BadSignature, Keys, public_key, verify

MOST_VALID = 2
"""How many keys of a partner may be valid at a time."""


class KeysRefused(Exception):
    """Why keys were not taken over, in a sentence."""


class TheirKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as a partner publishes it."""

    key_id: str
    jwk: dict[str, Any]
    valid_from: datetime
    valid_to: datetime | None


def valid_keys(partner: Partner, at: datetime) -> Keys:
    """Return the keys of a partner that are valid at a time, by key id."""
    rows = PartnerKey.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), partner=partner)
    found = rows.filter(valid_from__lte=at).order_by("-valid_from")[:MOST_VALID]
    return {row.key_id: public_key(row.public_key) for row in found}


def read_set(text: bytes, at: datetime) -> list[TheirKey]:
    """Return the keys of a JSON Web Key Set, or of one JWK alone; raises KeysRefused.

    A key without `nbf` is valid from now on.
    """
    try:
        found = json.loads(text)
        entries = found.get("keys", [found])
        keys = [_theirs(entry, at) for entry in entries]
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise KeysRefused(_("This is no set of public Ed25519 keys.")) from error
    if not 0 < len(keys) <= MOST_VALID:
        raise KeysRefused(_("A partner has one key or two, not %d.") % len(keys))
    return keys


def _theirs(entry: dict[str, Any], at: datetime) -> TheirKey:
    key = public_key(entry)
    return TheirKey(
        key_id=key.thumbprint(),
        jwk=key.as_dict(private=False),
        valid_from=datetime.fromtimestamp(int(entry["nbf"]), UTC) if "nbf" in entry else at,
        valid_to=datetime.fromtimestamp(int(entry["exp"]), UTC) if "exp" in entry else None,
    )


@transaction.atomic
def take_over(partner: Partner, keys: Sequence[TheirKey], *, at: datetime) -> int:
    """Make these the keys of the partner from now on; return how many were new.

    Those that are not among them end now.
    """
    Partner.objects.select_for_update().get(pk=partner.pk)
    wanted = {key.key_id: key for key in keys}
    gone = PartnerKey.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), partner=partner)
    for row in gone.exclude(key_id__in=wanted):
        row.valid_to = max(at, row.valid_from)
        row.save(update_fields=["valid_to"])
    return sum(_stored(partner, key) for key in wanted.values())


def _stored(partner: Partner, key: TheirKey) -> bool:
    row, created = PartnerKey.objects.get_or_create(
        partner=partner,
        key_id=key.key_id,
        defaults={
            "public_key": key.jwk,
            "valid_from": key.valid_from,
            "valid_to": key.valid_to,
        },
    )
    if not created and row.valid_to != key.valid_to:
        row.valid_to = key.valid_to
        row.save(update_fields=["valid_to"])
    return created


def take_over_published(partner: Partner, body: bytes, signature: str, *, at: datetime) -> int:
    """Take over what the partner publishes, signed with a key of it that is valid here already.

    Raises KeysRefused: the first key of a partner is entered by a person.
    """
    try:
        verify(signature, body, valid_keys(partner, at))
    except BadSignature as error:
        text = _("They are not signed with a key of this partner that is valid here.")
        raise KeysRefused(text) from error
    return take_over(partner, read_set(body, at), at=at)
