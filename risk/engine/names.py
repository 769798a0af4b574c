"""Names and addresses as they are held against lists, and the fields that tell what came of it.

What matches is found by `risk.names.screening` before the rules are asked, and only read here.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.document import Party, Spot
from declarations.names import KEYS_REMEMBERED, name_key, words
from risk.engine import attributes
from risk.engine.field import Field, FieldType, Level, Reader, SpotReader
from risk.engine.subject import ROLES, Likeness, Subject, code, codes
from risk.engine.tree import Leaf

NAME, ADDRESS = "name", "address"
PARTIES_OF_ITEMS = ("consignor", "consignee", "notify_party")
LONGEST_WRITTEN = 200
LONGEST_KEY = 140
"""Letters of an address that count; those of a name are limited by `name_key`."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A name or an address as it is screened: once for each country and identifier."""

    kind: str
    key: str
    country: str
    identifier: str
    written: str

    @property
    def reference(self) -> str:
        """Return by what the features of a declaration know it."""
        return f"{self.kind}|{self.key}|{self.country}|{self.identifier}"


def identities(party: Party) -> Iterator[Identity]:
    """Yield the name and the address of the party, each if a word of it is declared."""
    if key := name_key(party.name):
        yield _identity(NAME, key, party, party.name or "")
    written = address(party)
    if written and (key := address_key(written)):
        yield _identity(ADDRESS, key, party, written)


def address(party: Party) -> str:
    """Return the address in one line; empty without street and postcode."""
    if not (party.street or party.postcode):
        return ""
    return ", ".join(part for part in (party.street, party.postcode, party.city) if part)


@lru_cache(maxsize=KEYS_REMEMBERED)
def address_key(written: str) -> str:
    """Return the words of an address in order of the alphabet."""
    return " ".join(sorted(words(written)))[:LONGEST_KEY].rstrip()


def _identity(kind: str, key: str, party: Party, written: str) -> Identity:
    return Identity(
        kind=kind,
        key=key,
        country=(code(party.country) or "")[:2],
        identifier=(code(party.identifier) or "")[:17],
        written=written.replace("\x00", "")[:LONGEST_WRITTEN],
    )


def identities_of(subject: Subject) -> dict[str, Identity]:
    """Return the names and addresses of all parties of the goods item or declaration."""
    parties = [subject.party(role) for role in ROLES]
    return {
        identity.reference: identity
        for party in parties
        if party is not None
        for identity in identities(party)
    }


def _likenesses(kind: str, subject: Subject) -> Iterator[Likeness]:
    known = subject.context.features.names
    if known:
        for reference, identity in identities_of(subject).items():
            if identity.kind == kind:
                yield from known.get(reference, ())


def _best(kind: str, *, agreeing: bool = False) -> Reader:
    def read(subject: Subject) -> Decimal | None:
        found = _likenesses(kind, subject)
        return max((each.score for each in found if each.agrees or not agreeing), default=None)

    return read


def _lists(kind: str, *, agreeing: bool = False) -> Reader:
    def read(subject: Subject) -> tuple[str, ...] | None:
        found = _likenesses(kind, subject)
        return codes(sorted(code(e.list) or "" for e in found if e.agrees or not agreeing))

    return read


def _spots(kind: str) -> SpotReader:
    def spots(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
        known = subject.context.features.names
        bearers = [
            role
            for role in ROLES
            if (party := subject.party(role)) is not None
            and any(e.reference in known for e in identities(party) if e.kind == kind)
        ]
        return tuple(attributes.spot_of_party(role, field, subject) for role in bearers)

    return spots


def _field(name: str, label: Promise, type: FieldType, read: Reader, spots: SpotReader) -> Field:
    return Field(
        name=f"names.{name}", label=label, type=type, level=Level.NAMES, of_item=True, read=read,
        spots=spots, distinct=20, filled=0.02,
        declared_on_item=PARTIES_OF_ITEMS,
    )  # fmt: skip


NUMBER, CODES = FieldType.NUMBER, FieldType.CODES
NAMES = (
    _field(
        "best_score", _("best likeness of a party's name to a listed one (0 to 1)"), NUMBER,
        _best(NAME), _spots(NAME),
    ),
    _field(
        "lists", _("list on which a party's name is"), CODES, _lists(NAME), _spots(NAME)
    ),
    _field(
        "lists_agreeing", _("list on which a party's name is, no country against it"), CODES,
        _lists(NAME, agreeing=True), _spots(NAME),
    ),
    _field(
        "best_agreeing", _("best likeness to a listed name, no country against it (0 to 1)"),
        NUMBER, _best(NAME, agreeing=True), _spots(NAME),
    ),
    _field(
        "address_score", _("best likeness of a party's address to a listed one (0 to 1)"), NUMBER,
        _best(ADDRESS), _spots(ADDRESS),
    ),
    _field(
        "address_lists", _("list on which a party's address is"), CODES, _lists(ADDRESS),
        _spots(ADDRESS),
    ),
)  # fmt: skip

_LISTS = tuple(field.name for field in NAMES if field.type is CODES)


def lists_read(leaf: Leaf) -> tuple[str, ...]:
    """Return the codes of the lists that the condition names, as a list or as what is found."""
    if leaf.field in _LISTS:
        return tuple(value.lower() for value in leaf.values)
    return (leaf.list,) if leaf.list else ()


_COUNTED = """
FROM risk_namematch m JOIN risk_referencelistentry e ON e.id = m.entry_id
JOIN risk_referencelist l ON l.id = e.list_id
WHERE m.name_id = ANY({names}) AND m.score >= l.threshold AND e.removed_in IS NULL
  AND e.valid_from <= {day} AND (e.valid_to IS NULL OR e.valid_to >= {day})
  AND NOT EXISTS (
    SELECT FROM risk_matchverdict v WHERE v.match_id = m.id AND v.revoked_at IS NULL
      AND v.verdict = 'dismissed' AND v.until >= {day})
"""
_OF_ADDRESSES, _OF_NAMES = "l.kind = 'addresses'", "l.kind IN ('persons', 'companies')"
_CODES = "(SELECT array_agg(DISTINCT upper(l.code)) {counted} AND {kind})"
_SCORE = "(SELECT max(m.score) {counted} AND {kind})"
_JOINED: dict[str, tuple[str, str]] = {
    "names.best_score": (_SCORE, _OF_NAMES),
    "names.best_agreeing": (_SCORE, f"m.agrees AND {_OF_NAMES}"),
    "names.lists": (_CODES, _OF_NAMES),
    "names.lists_agreeing": (_CODES, f"m.agrees AND {_OF_NAMES}"),
    "names.address_score": (_SCORE, _OF_ADDRESSES),
    "names.address_lists": (_CODES, _OF_ADDRESSES),
}


def joined(field: Field, item: str, day: str) -> str:
    """Return the SQL of the field's value for the row `item`: by join, as the lists are now."""
    value, kind = _JOINED[field.name]
    return value.format(counted=_COUNTED.format(names=f"{item}.names", day=day), kind=kind)
