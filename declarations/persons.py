"""Natural persons in declarations: who is one, and what of them is shown without need.

ICS phase 1 does not say what kind of person a party is. Of one with a number the register of
operators says it; one whose name has a legal form is a firm; every other without a number counts
as a natural person, so that a doubt protects (A-760). This is the one place that decides it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from customs_portal.accounts import policies
from customs_portal.accounts.access_log import unmasked
from customs_portal.accounts.models import AccessLog, User
from customs_portal.accounts.models.operators import initials
from customs_portal.accounts.operators import natural_eoris
from declarations.document import Document, GoodsItem, Party
from declarations.names import has_legal_form, words

ROLES = (
    "declarant",
    "representative",
    "carrier",
    "consignor",
    "consignee",
    "notify_party",
    "buyer",
    "seller",
)
Holder = TypeVar("Holder", Document, GoodsItem)
_SHORTEST = 3
"""Letters of a name that are looked for in a text; fewer would hide parts of other words."""


class Veil:
    """Hides names and addresses of natural persons: as parties, and where a text names them."""

    def __init__(self, parties: Iterable[Party]) -> None:
        found = list(parties)
        self._registered = natural_eoris(party.identifier or "" for party in found)
        persons = [party for party in found if self._hides(party)]
        self._pattern: re.Pattern[str] | None = _pattern(
            {text for person in persons for text in (person.name, person.street) if text}
        )

    def party(self, party: Party) -> Party:
        """Return the party, of a natural person only number, initials and country."""
        return without_person(party) if self._hides(party) else party

    def name(self, name: str, identifier: str = "") -> str:
        """Return a name that stands alone with its identifier."""
        return self.party(Party(identifier=identifier or None, name=name or None)).name or ""

    def _hides(self, party: Party) -> bool:
        identifier = (party.identifier or "").upper()
        return identifier in self._registered if identifier else is_natural(party)

    def document(self, document: Document) -> Document:
        """Return the declaration with its natural persons hidden."""
        return with_parties(document, self.party)

    def text(self, text: str) -> str:
        """Return a text in which nobody of these natural persons is named."""
        return self._pattern.sub(lambda found: initials(found[0]), text) if self._pattern else text


class NoVeil(Veil):
    """Hides nothing: for whoever needs the names for their work, or gave a reason."""

    def __init__(self) -> None:
        self._pattern = None

    def party(self, party: Party) -> Party:
        """Return the party as it was declared."""
        return party

    def document(self, document: Document) -> Document:
        """Return the declaration as it was declared."""
        return document


NO_VEIL = NoVeil()


def is_masked(mrn: str, user: User, at: datetime) -> bool:
    """Whether the natural persons of an ENS are masked for the user.

    They are for whoever needs no names for their work and gave no reason in the last hour.
    """
    needed = policies.sees_persons(user)
    return not (needed or unmasked(user, AccessLog.What.ENS, mrn, at=at))


def veil_of(mrn: str, documents: Iterable[Document], user: User, at: datetime) -> Veil:
    """Return what hides the natural persons of these documents of an ENS from the user."""
    if not is_masked(mrn, user, at):
        return NO_VEIL
    return Veil(party for document in documents for party in parties_of(document))


def is_natural(party: Party) -> bool:
    """Whether a party without a number, or with one that we do not know, is a natural person."""
    return bool(party.name or party.street) and not (party.identifier or has_legal_form(party.name))


def without_person(party: Party) -> Party:
    """Return of a natural person the number, the initials and the country alone."""
    return Party(
        identifier=party.identifier, name=initials(party.name) or None, country=party.country
    )


def parties_of(document: Document) -> Iterator[Party]:
    """Yield every party of a declaration, of the whole and of its items."""
    holders: list[Document | GoodsItem] = [document, *document.items()]
    for holder in holders:
        found = (getattr(holder, role, None) for role in ROLES)
        yield from (party for party in found if party is not None)


def with_parties(document: Document, change: Callable[[Party], Party]) -> Document:
    """Return the declaration with each of its parties, of the whole and of its items, changed."""
    consignments = tuple(
        msgspec.structs.replace(
            consignment, items=tuple(_changed(item, change) for item in consignment.items)
        )
        for consignment in document.consignments
    )
    return msgspec.structs.replace(_changed(document, change), consignments=consignments)


def _changed(holder: Holder, change: Callable[[Party], Party]) -> Holder:
    found = {role: getattr(holder, role, None) for role in ROLES}
    changed = {role: change(party) for role, party in found.items() if party is not None}
    return msgspec.structs.replace(holder, **changed)


def _pattern(hidden: Iterable[str]) -> "re.Pattern[str] | None":
    """Return what finds these texts however they are spaced, also in the letters of their key."""
    spelled = {tuple(re.findall(r"\w+", text)) for text in hidden}
    spelled |= {words(text) for text in hidden}
    spelled = {found for found in spelled if len("".join(found)) >= _SHORTEST}
    if not spelled:
        return None
    longest_first = sorted(spelled, key=lambda found: -len("".join(found)))
    texts = (r"\W+".join(map(re.escape, found)) for found in longest_first)
    return re.compile(rf"\b(?:{'|'.join(texts)})\b", re.IGNORECASE)
