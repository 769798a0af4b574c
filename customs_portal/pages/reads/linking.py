"""Filings to link: masters whose houses are missing, houses that wait, and candidates.

What is due first comes first; the number of queries does not depend on how many there are.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import models
from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.accounts.models import User
from customs_portal.pages.wording import TimeLeft, time_left
from declarations import families
from declarations.document import Document
from declarations.expected import Missing, not_filed
from declarations.families import Lacking
from declarations.filing_types import filing_types
from declarations.linking import types_taking
from declarations.models import (
    Clock,
    ConsignmentLife,
    Ens,
    EnsMember,
    Filing,
    FilingVersion,
    SearchKey,
)
from declarations.querysets import EnsQuerySet, FilingQuerySet
from declarations.services.candidates import MOST_CANDIDATES, Candidate, candidates
from declarations.whole import is_minimum

PAGE_SIZE = 50
NOTHING = Lacking(count=0, own_count=0, first=())
MOST_COUNTED = 1_000
_LATER = (Ens.Status.READY, Ens.Status.IN_ANALYSIS, Ens.Status.ASSESSED)
WAITING, WITHOUT, HOUSES = "waiting", "without", "houses"
VIEWS: Mapping[str, Promise] = {
    WAITING: gettext_lazy("Wait for houses"),
    WITHOUT: gettext_lazy("Analysed without them"),
    HOUSES: gettext_lazy("Houses without a master"),
}


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A view of the desk with how many rows it has, no more than `MOST_COUNTED` and one."""

    name: str
    words: str
    count: int


class MasterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A master with who has not filed below it."""

    mrn: str
    ens: int
    type: str
    filer: str
    papers: str
    office: str
    left: TimeLeft
    until: datetime
    link_until: datetime | None
    is_past: bool
    missing: tuple[Missing, ...]
    more: int
    members: int


class HouseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A house that stands below no filing; a minimum was filed before loading."""

    mrn: str
    ens: int
    type: str
    filer: str
    papers: str
    since: datetime
    is_minimum: bool


def masters(user: User) -> EnsQuerySet[Ens]:
    """Return the masters that wait for houses, what is analysed first in front."""
    forming = Ens.objects.visible_to(user).filter(status=Ens.Status.FORMING)
    return forming.filter(completeness=Ens.Completeness.PENDING).order_by("analysis_ends_at", "pk")


def analysed_without(user: User) -> EnsQuerySet[Ens]:
    """Return those that were analysed though houses are missing, the newest first."""
    seen = Ens.objects.visible_to(user).filter(status__in=_LATER)
    considered = seen.filter(completeness=Ens.Completeness.CONSIDERED_COMPLETE)
    return considered.order_by("-analysis_ends_at", "-pk")


def houses(user: User) -> FilingQuerySet[Filing]:
    """Return the houses that wait for a filing above them, the oldest first."""
    pending = Filing.objects.visible_to(user).filter(
        link=Filing.Link.PENDING, status=Filing.Status.REGISTERED
    )
    return pending.order_by("registered_at", "pk")


ROWS_OF: Mapping[str, Callable[[User], QuerySet[Ens] | QuerySet[Filing]]] = {
    WAITING: masters,
    WITHOUT: analysed_without,
    HOUSES: houses,
}


def views(user: User) -> list[View]:
    """Return the views with their counts."""
    return [
        View(name=name, words=str(words), count=ROWS_OF[name](user)[: MOST_COUNTED + 1].count())
        for name, words in VIEWS.items()
    ]


def past_their_time(user: User, at: datetime) -> int:
    """Return how many masters have waited as long as they may before the missing are reminded."""
    told = Clock.objects.filter(kind=Clock.Kind.LINKING, stopped_at=None, ends_at__lte=at)
    waiting = masters(user).filter(pk__in=told.values("ens"))
    return waiting[: MOST_COUNTED + 1].count()


def rows(found: Sequence[models.Model], at: datetime) -> Sequence[MasterRow | HouseRow]:
    """Return what a view found as rows."""
    waiting = [each for each in found if isinstance(each, Filing)]
    if waiting:
        return house_rows(waiting)
    return master_rows([each for each in found if isinstance(each, Ens)], at)


def master_rows(found: Sequence[Ens], at: datetime) -> list[MasterRow]:
    """Return the masters as rows, in their order."""
    filings = {f.mrn: f for f in Filing.objects.filter(mrn__in=[ens.mrn for ens in found])}
    keys = [filing.pk for filing in filings.values()]
    wanted = families.not_filed_in_whole(keys)
    papers, sizes = papers_of(keys), _sizes(found)
    clocks = Clock.objects.filter(ens__in=found, kind=Clock.Kind.LINKING)
    ends = dict(clocks.values_list("ens", "ends_at"))
    return [
        _master(
            ens, filings[ens.mrn], wanted.get(filings[ens.mrn].pk, NOTHING),
            papers.get(filings[ens.mrn].pk, ""), ends.get(ens.pk), sizes.get(ens.pk, 1), at,
        )
        for ens in found
    ]  # fmt: skip


def _sizes(found: Sequence[Ens]) -> dict[int, int]:
    members = EnsMember.objects.filter(ens__in=found).values("ens").annotate(count=Count("pk"))
    return {row["ens"]: row["count"] for row in members}


def _master(
    ens: Ens, filing: Filing, wanted: Lacking, papers: str, ends: datetime | None,
    members: int, at: datetime,
) -> MasterRow:  # fmt: skip
    until = ens.analysis_ends_at
    return MasterRow(
        mrn=ens.mrn,
        ens=ens.pk,
        type=filing.type,
        filer=filing.declarant,
        papers=papers,
        office=ens.office_of_first_entry,
        left=time_left(until, at),
        until=until,
        link_until=ends,
        is_past=ends is not None and ends <= at,
        missing=wanted.first,
        more=wanted.count - len(wanted.first),
        members=members - 1,
    )


def house_rows(found: Sequence[Filing]) -> list[HouseRow]:
    """Return the houses as rows, in their order."""
    papers = papers_of([filing.pk for filing in found])
    homes = dict(
        Ens.objects.filter(mrn__in=[filing.mrn for filing in found]).values_list("mrn", "pk")
    )
    return [
        HouseRow(
            mrn=filing.mrn or "",
            ens=homes[filing.mrn or ""],
            type=filing.type,
            filer=filing.declarant,
            papers=papers.get(filing.pk, ""),
            since=filing.registered_at or filing.lodged_at,
            is_minimum=filing_types()[filing.type].minimum,
        )
        for filing in found
    ]


def papers_of(filings: Sequence[int]) -> dict[int, str]:
    """Return the transport documents of filings in words."""
    found: dict[int, list[str]] = {}
    lives = ConsignmentLife.objects.filter(filing__in=filings).order_by("pk")
    for key, documents in lives.values_list("filing", "documents"):
        found.setdefault(key, []).extend(documents)
    return {key: ", ".join(dict.fromkeys(papers)) for key, papers in found.items()}


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as the filing above and the candidate say it; `differs` where they disagree."""

    label: str
    above: str
    candidate: str
    differs: bool


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS one of whose filings a house may stand below; `type` is that of its highest one."""

    mrn: str
    ens: int
    type: str
    filer: str


def is_to_link(ens: Ens) -> bool:
    """Whether filings may be linked below it by hand, or it may be linked below another."""
    pending = Filing.objects.filter(mrn=ens.mrn, link=Filing.Link.PENDING)
    return bool(ens.completeness) or pending.exists()


def may_be_of(ens: Ens, user: User) -> list[Home] | None:
    """Return the ENS to which what was filed before loading and still waits may belong.

    None for anything else. They are seen by the user, and share a document with it or have a house
    of its filer.
    """
    waiting = Filing.objects.filter(mrn=ens.mrn, link=Filing.Link.PENDING).first()
    if waiting is None or not filing_types()[waiting.type].minimum:
        return None
    houses = Filing.objects.filter(type__in=types_taking(), status=Filing.Status.REGISTERED)
    own = SearchKey.objects.filter(ens=ens, kind="document").values("value")[:MOST_COUNTED]
    same = SearchKey.objects.filter(kind="document", value__in=own).order_by("-ens")
    filed = houses.filter(declarant=waiting.declarant).order_by("-pk")
    near = {*same.values_list("ens", flat=True)[:MOST_COUNTED]}
    near |= {*filed.values_list("membership__ens", flat=True)[:MOST_COUNTED]}
    seen = Ens.objects.visible_to(user).handled_here().filter(pk__in=near)
    found = seen.filter(members__filing__in=houses).distinct().order_by("-pk")[:MOST_CANDIDATES]
    filings = {f.mrn: f for f in Filing.objects.filter(mrn__in=[each.mrn for each in found])}
    return [
        Home(mrn=e.mrn, ens=e.pk, type=filings[e.mrn].type, filer=filings[e.mrn].declarant)
        for e in found
    ]


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate beside the filing below which it may stand: what speaks for it and against."""

    candidate: Candidate
    ens: int
    title: str
    upper_mrn: str
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    rows: tuple[Compared, ...]


def beside(ens: Ens) -> list[Beside]:
    """Return the candidates for what the ENS lacks, the most likely first."""
    found = candidates(ens)
    keys = {key for each in found for key in (each.filing, each.upper)}
    filings = Filing.objects.in_bulk(keys)
    documents = _documents(filings)
    mrns = [each.mrn for each in found]
    homes = dict(Ens.objects.filter(mrn__in=mrns).values_list("mrn", "pk"))
    named = {one.expected: one.named for one in _wanted({each.upper for each in found})}
    return [
        _beside(each, filings[each.upper], documents, homes[each.mrn], named.get(each.expected, ""))
        for each in found
    ]


def _wanted(uppers: set[int]) -> list[Missing]:
    return [one for several in not_filed(uppers).values() for one in several]


def _documents(filings: Mapping[int, Filing]) -> dict[int, Document]:
    versions = FilingVersion.objects.filter(filing__in=filings)
    return {
        row.filing_id: row.document()
        for row in versions
        if row.number == filings[row.filing_id].version
    }


def _beside(
    found: Candidate, upper: Filing, documents: Mapping[int, Document], ens: int, named: str
) -> Beside:
    above, below = documents[upper.pk], documents[found.filing]
    fields = (*_HOUSE_FIELDS, *_FIELDS) if is_minimum(below) else _FIELDS
    rows = [_compared(label, read(above), read(below)) for label, read in fields]
    kind = filing_types().get(found.type)
    return Beside(
        candidate=found,
        ens=ens,
        title=kind.title if kind else "",
        upper_mrn=upper.mrn or "",
        speaks_for=found.reasons,
        speaks_against=tuple(_against(found, named, rows)),
        rows=tuple(rows),
    )


def _against(found: Candidate, named: str, rows: Sequence[Compared]) -> list[str]:
    said = [_("%s: nothing in common") % row.label for row in rows if row.differs]
    if named and named != found.declarant:
        other = _("Filed by %(filer)s, not by %(named)s, who is named")
        return [other % {"filer": found.declarant, "named": named}, *said]
    return said


def _compared(label: Promise, above: Collection[str], below: Collection[str]) -> Compared:
    """Return both sides in words; they disagree where both say something and share nothing."""
    return Compared(
        label=str(label),
        above=", ".join(sorted(above)),
        candidate=", ".join(sorted(below)),
        differs=bool(above and below) and not set(above) & set(below),
    )


def _houses(document: Document) -> set[str]:
    houses = [each for each in document.consignments if each.level == "house"]
    papers = [paper for each in houses for paper in each.transport_documents]
    return {f"{paper.type} {paper.reference}" for paper in papers}


def _goods(document: Document) -> set[str]:
    return {item.description for item in document.items() if item.description}


def _mass(document: Document) -> set[str]:
    masses = [item.gross_mass for item in document.items() if item.gross_mass is not None]
    return {f"{sum(masses):,.1f}"} if masses else set()


def _masters(document: Document) -> set[str]:
    papers = [*document.transport_documents]
    papers += [paper for each in document.consignments for paper in each.master_documents]
    return {f"{paper.type} {paper.reference}" for paper in papers}


def _carriers(document: Document) -> set[str]:
    carriers = [each.carrier for each in document.consignments] + [document.carrier]
    return {each.identifier for each in carriers if each and each.identifier}


def _containers(document: Document) -> set[str]:
    return {number for item in document.items() for number in item.containers}


def _marks(document: Document) -> set[str]:
    lines = (line for item in document.items() for line in item.packages)
    return {line.marks for line in lines if line.marks}


def _loading(document: Document) -> set[str]:
    places = (item.place_of_loading or document.place_of_loading for item in document.items())
    return {place for place in places if place}


def _unloading(document: Document) -> set[str]:
    places = (item.place_of_unloading or document.place_of_unloading for item in document.items())
    return {place for place in places if place}


_FIELDS: tuple[tuple[Promise, Callable[[Document], Collection[str]]], ...] = (
    (gettext_lazy("Master document"), _masters),
    (gettext_lazy("Carrier"), _carriers),
    (gettext_lazy("Containers"), _containers),
    (gettext_lazy("Marks"), _marks),
    (gettext_lazy("Place of loading"), _loading),
    (gettext_lazy("Place of unloading"), _unloading),
)
_HOUSE_FIELDS: tuple[tuple[Promise, Callable[[Document], Collection[str]]], ...] = (
    (gettext_lazy("House document"), _houses),
    (gettext_lazy("Goods"), _goods),
    (gettext_lazy("Gross kg"), _mass),
)
"""What a minimum filed before loading has in common with the house of which it was filed."""
