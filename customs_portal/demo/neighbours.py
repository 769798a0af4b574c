"""Portals of the demo that run on one machine come to know each other by cards in a directory.

Each writes where it answers and its public keys, and takes the others into its register. So the
two countries of the demo need no configuration; real partners are registered by people.
"""

import json
import os
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from customs_portal.demo import place
from customs_portal.reference.models import Country
from messaging.models import Partner, PartnerContact
from messaging.models.partner import ADMINISTRATION_KINDS, SCREENING_KINDS
from messaging.services import connect_system
from messaging.wire import own_keys
from messaging.wire.folders import write
from messaging.wire.partner_keys import KeysRefused, read_set, take_over, valid_keys

AGREEMENT = "Demo"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a portal of the demo tells the others of itself."""

    country: str
    url: str
    keys: str


def meet(*, at: datetime) -> list[str]:
    """Write our own card and take over what the others say; return their countries."""
    directory = _directory()
    if directory is None:
        return []
    own = Card(
        country=settings.CUSTOMS_COUNTRY, url=place.url(), keys=own_keys.published(at).decode()
    )
    _write(directory / f"{own.country}.json", own)
    others = [card for card in _cards(directory) if card.country != own.country]
    return [card.country for card in others if _known(card, at)]


def prepare(*, at: datetime) -> None:
    """Make our key where there is none, then meet whoever is there."""
    if settings.PARTNER_KEYS_FILE:
        call_command("rotate_partner_key", "--if-missing", verbosity=0)
        meet(at=at)


def _directory() -> Path | None:
    """Return where the cards are, None where this portal keeps to itself."""
    named = os.environ.get("NEIGHBOURS_DIRECTORY")
    return Path(named) if named and settings.PARTNER_KEYS_FILE else None


def _write(path: Path, card: Card) -> None:
    content = msgspec.json.encode(card)
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content)


def _cards(directory: Path) -> list[Card]:
    found = []
    for path in sorted(directory.glob("*.json")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Card))
        except (OSError, msgspec.DecodeError):
            continue
    return found


@transaction.atomic
def _known(card: Card, at: datetime) -> bool:
    """Have the portal of a card in the register; what a person has changed there stays."""
    country = Country.objects.filter(code=card.country).first()
    if country is None:
        return False
    partner, made = Partner.objects.get_or_create(
        country=card.country,
        defaults={
            "name": f"Customs of {country.name}",
            "transport": Partner.Transport.HTTP,
            "agreement": AGREEMENT,
            "agreed_from": at.date(),
            "we_send": [*ADMINISTRATION_KINDS, *SCREENING_KINDS],
            "they_send": [*ADMINISTRATION_KINDS, *SCREENING_KINDS],
        },
    )
    if made:
        connect_system(partner)
        PartnerContact.objects.create(partner=partner, name="Duty desk", telephone="+00 000 0000")
    if partner.agreement != AGREEMENT:
        return True
    if partner.address != card.url:
        partner.address = card.url
        partner.save(update_fields=["address"])
    return _keys(partner, card, at)


def _keys(partner: Partner, card: Card, at: datetime) -> bool:
    entries = {entry["kid"] for entry in json.loads(card.keys)["keys"]}
    if entries and entries == set(valid_keys(partner, at)):
        return True
    try:
        take_over(partner, read_set(card.keys.encode(), at), at=at)
    except KeysRefused:
        return False
    return True
