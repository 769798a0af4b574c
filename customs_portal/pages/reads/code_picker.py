"""What a condition can be filled with: fields, lists, and the codes that fit its field."""

from collections.abc import Sequence

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.reference.models import NomenclatureEntry
from customs_portal.reference.snapshot import Snapshot
from risk.engine.fields import CATALOGUE
from risk.engine.operators import Operator
from risk.models import ReferenceList

KINDS: dict[str, Promise] = {
    "field": _("a field"),
    "value": _("a value"),
    "list": _("a reference list"),
    "other": _("a field to compare with"),
}
SEVERAL = frozenset(
    {Operator.IN_VALUES, Operator.OVERLAPS, Operator.STARTS_WITH, Operator.CONTAINS_WORD}
)
"""Comparisons that take several values: a choice is added to those that stand there."""
MOST = 2_000

_CODE_LISTS = {
    "declaration.mode": "TransportMode",
    "declaration.type": "MessageTypes",
    "declaration.circumstance": "SpecificCircumstanceIndicator",
    "item.payment_method": "TransportChargesMethodOfPayment",
    "item.package_kinds": "KindOfPackages",
    "item.document_types": "DocumentTypeCommon",
    "item.special_mentions": "AdditionalInformationIdCommon",
}
_OFFICES = ("office_of_first_entry", "office_of_lodgement", "subsequent_offices")
_COUNTRIES = ("country", "countries", "nationality", "itinerary")
_GOODS = {"hs2": 2, "hs4": 4, "hs6": 6, "commodity_code": 6, "container_chapters": 2}
"""Fields of goods codes, with the number of digits that they compare."""


class Offer(msgspec.Struct, frozen=True):
    """One thing that can be chosen: its code and what it means."""

    code: str
    meaning: str


def offered(what: str, field: str, words: str, snapshot: Snapshot) -> Sequence[Offer]:
    """Return what can be chosen there and has these words, at most 2,000."""
    if what == "list":
        rows = ReferenceList.objects.values_list("code", "name")
        found = [Offer(code, name) for code, name in rows]
    elif what == "value":
        found = _codes(field, words, snapshot)
    else:
        found = _fields(field if what == "other" else "")
    wanted = words.casefold()
    return [each for each in found if wanted in f"{each.code} {each.meaning}".casefold()][:MOST]


def _fields(like: str) -> list[Offer]:
    """Return the fields, those of the same type where there is one to compare with."""
    other = CATALOGUE.get(like)
    return [
        Offer(field.name, str(field.label))
        for field in CATALOGUE.values()
        if other is None or (field.type is other.type and field.name != like)
    ]


def _codes(field: str, words: str, snapshot: Snapshot) -> list[Offer]:
    """Return the codes that a field can have, as far as they are a closed set."""
    if field in _CODE_LISTS:
        rows = snapshot.codes.get(_CODE_LISTS[field], {})
        return [Offer(code, row.name) for code, row in rows.items()]
    last = field.rpartition(".")[2]
    if last in _OFFICES:
        return [Offer(office.reference, office.name) for office in snapshot.offices.values()]
    if last.startswith(_COUNTRIES) and not last.startswith("country_goods"):
        return [Offer(code, country.name) for code, country in snapshot.countries.items()]
    return _nomenclature(last, words)


def _nomenclature(last: str, words: str) -> list[Offer]:
    if last in _GOODS:
        which = NomenclatureEntry.List.HS6
    elif "un_number" in last:
        which = NomenclatureEntry.List.UN_NUMBER
    elif last.startswith("place_of"):
        which = NomenclatureEntry.List.PLACE
    else:
        return []
    rows = NomenclatureEntry.objects.filter(list=which, valid_to__isnull=True)
    found = (
        rows.filter(code__startswith=words)
        if words.isdigit()
        else rows.filter(name__icontains=words)
    )
    digits = _GOODS.get(last)
    offers = (Offer(row.code[:digits], row.name) for row in found.order_by("code")[:MOST])
    return list({offer.code: offer for offer in offers}.values())
