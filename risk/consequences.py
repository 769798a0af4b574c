"""What follows from a decision on an ENS: who would be told of it."""

import msgspec

from declarations.document import Document
from declarations.models import Ens, EntryLeg, Filing


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears of a measure on this ENS.

    `lodgers` hear of an announced one, and so does `carrier` if another person, its system being
    connected; empty where there is none. `other_offices` are those of subsequent entry, which
    hear of every positive result.
    """

    lodgers: tuple[str, ...]
    carrier: str
    other_offices: tuple[str, ...]


def consequences(ens: Ens, document: Document) -> Consequences:
    """Return who would be told if a measure were placed now."""
    filings = Filing.objects.filter(membership__ens=ens).order_by("pk")
    lodgers = tuple(dict.fromkeys(filings.values_list("sender", flat=True)))
    carrier = document.effective_carrier().identifier or ""
    offices = EntryLeg.objects.filter(ens=ens, sequence__gt=0).order_by("sequence")
    return Consequences(
        lodgers=lodgers,
        carrier="" if carrier in (*lodgers, document.declarant.identifier) else carrier,
        other_offices=tuple(offices.values_list("office", flat=True)),
    )
