"""Which declarations an arrival is about (LIFECYCLE section 8).

In this order: the MRNs that it lists; else its means and time; else transport documents and
containers. An arrival of ICS2 that lists transport documents tells its means and time as well: the
documents find what these do not. A notification of one generation finds nothing of the other.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db.models import Q

from declarations.arrivals import Generation, Notification, Reported, generation_of
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import (
    ConsignmentLife,
    Ens,
    EnsMember,
    EnsVersion,
    Filing,
    FilingVersion,
    SearchKey,
)
from declarations.whole import whole

Found = dict[int, tuple[str, tuple[Reported, ...]]]
"""By ENS how it was found, and the lines that name it."""
WAITED_FOR = ("expected", "not_arrived", "partially_arrived")


class Declared(msgspec.Struct, kw_only=True):
    """An ENS with all that an arrival asks about it."""

    ens: Ens
    filings: list[Filing]
    lives: list[ConsignmentLife]
    documents: list[Document]

    @property
    def parties(self) -> set[str]:
        """Who lodged, represents or carries."""
        filings = self.filings
        return {
            eori
            for filing in filings
            for eori in (filing.sender, filing.declarant, filing.representative, filing.carrier)
            if eori
        }

    @property
    def document(self) -> Document:
        """What its filings declare together."""
        return whole(self.documents)

    def is_told_of_by(self, generation: Generation) -> bool:
        """Whether a notification of that generation can be about it."""
        own = {generation_of(filing.type) for filing in self.filings}
        return generation is Generation.ANY or generation in own


def find(notifications: Sequence[Notification]) -> list[Found]:
    """Return for each notification which ENS it may be about, before anything is locked."""
    by_mrn = _by_mrn({line.mrn for each in notifications for line in each.lines if line.mrn})
    return [_find(each, by_mrn) for each in notifications]


def _find(notification: Notification, by_mrn: Mapping[str, int]) -> Found:
    lines = notification.lines
    if any(line.mrn for line in lines):
        return _listed(lines, by_mrn)
    if not lines:
        return dict.fromkeys(_by_means(notification), ("means", ()))
    named = _by_identifiers(notification)
    if notification.generation is Generation.ICS2:
        return {**dict.fromkeys(_by_means(notification), ("means", ())), **named}
    return named


def _listed(lines: Sequence[Reported], by_mrn: Mapping[str, int]) -> Found:
    named: dict[int, list[Reported]] = {}
    for line in lines:
        if line.mrn in by_mrn:
            named.setdefault(by_mrn[line.mrn], []).append(line)
    return {key: ("mrn", tuple(own)) for key, own in named.items()}


def _by_mrn(mrns: set[str]) -> dict[str, int]:
    """Return by MRN its ENS; a superseded declaration stands for the one that counts."""
    rows = Ens.objects.handled_here().filter(mrn__in=mrns).values_list("mrn", "absorbed_by", "pk")
    return {mrn: absorbed or key for mrn, absorbed, key in rows} if mrns else {}


def _by_means(notification: Notification) -> list[int]:
    if not notification.means:
        return []
    begin, end = notification.window()
    found = (
        Ens.objects.handled_here()
        .filter(
            means=notification.means,
            transport_mode=notification.mode,
            expected_arrival__range=(begin, end),
            absorbed_by__isnull=True,
        )
        .filter(_of(notification.generation))
    )
    return list(found.exclude(status="invalidated").values_list("pk", flat=True).distinct())


def _by_identifiers(notification: Notification) -> Found:
    named: dict[int, list[Reported]] = {}
    rows = _keys(notification.lines)
    begin, end = notification.window()
    near = (
        Ens.objects.handled_here()
        .filter(
            pk__in={row.ens_id for row in rows},
            expected_arrival__range=(begin, end),
            absorbed_by__isnull=True,
        )
        .exclude(status="invalidated")
    )
    near = near.filter(_of(notification.generation))
    for ens in near.order_by("pk").values_list("pk", flat=True).distinct():
        values = {row.value for row in rows if row.ens_id == ens}
        own = [line for line in notification.lines if values & _values(line)]
        named[ens] = own
    return {key: (_how(own), tuple(own)) for key, own in named.items()}


def _of(generation: Generation) -> Q:
    if generation is Generation.ANY:
        return Q()
    of_ics2 = Q(members__filing__type__in=list(filing_types()))
    return of_ics2 if generation is Generation.ICS2 else ~of_ics2


def _keys(lines: Iterable[Reported]) -> list[SearchKey]:
    documents = {line.document.upper() for line in lines if line.document}
    containers = {line.container.upper() for line in lines if line.container}
    wanted = Q(kind="document", value__in=documents) | Q(kind="equipment", value__in=containers)
    return list(SearchKey.objects.filter(wanted)) if documents or containers else []


def _values(line: Reported) -> set[str]:
    return {value.upper() for value in (line.document, line.container) if value}


def _how(lines: Sequence[Reported]) -> str:
    return "document" if any(line.document for line in lines) else "container"


def declared(locked: Mapping[int, Ens]) -> dict[int, Declared]:
    """Return what stands behind these ENS, whose rows are locked, in a fixed number of queries."""
    found = {
        key: Declared(ens=ens, filings=[], lives=[], documents=[]) for key, ens in locked.items()
    }
    owners: dict[int, int] = {}
    for member in EnsMember.objects.filter(ens__in=found).select_related("filing"):
        owners[member.filing_id] = member.ens_id
        found[member.ens_id].filings.append(member.filing)
    for life in ConsignmentLife.objects.filter(filing__in=owners).order_by("pk"):
        found[owners[life.filing_id]].lives.append(life)
    _add_documents(found)
    return found


def _add_documents(found: Mapping[int, Declared]) -> None:
    versions = EnsVersion.objects.filter(ens__in=found)
    current = [each for each in versions if each.number == found[each.ens_id].ens.version]
    wanted = [key for each in current for key in each.filing_versions]
    stored = FilingVersion.objects.in_bulk(wanted)
    for each in current:
        known = (stored[key] for key in each.filing_versions if key in stored)
        found[each.ens_id].documents += [version.document() for version in known]
