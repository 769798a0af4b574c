"""The filings of ICS2 that belong together: a master, its houses, those below them, who is missing.

Fifty on a page; neither the queries nor the rows that they return depend on how many there are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.pages.reads.queue import person
from declarations import families
from declarations.checks.consistency import differ, inconsistencies
from declarations.document import Document
from declarations.expected import Missing, withdrawn
from declarations.families import Below, Goods, Place
from declarations.filing_types import FilingLevel, filing_types, level_of
from declarations.linking import is_linked
from declarations.models import ConsignmentLife, Ens, Filing
from declarations.persons import Veil

PAGE_SIZE = 50
MOST_COMPARED = 2_000
"""Filings of one tree up to which it is told what they say differently."""
MOST_PAPERS = 3
LIVE = (Filing.Status.REGISTERED, Filing.Status.CLOSED)
PENDING = Ens.Completeness.PENDING


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What a filing says of its goods, and what those below it say together where that differs.

    `is_flagged` where it differs so much that a person has to look at it.
    """

    own: str
    below: str = ""
    is_flagged: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A filing in the tree, or with an empty `mrn` one that was named and is not there."""

    depth: int
    mrn: str
    type: str
    title: str
    papers: str
    filer: str
    state: str
    colour: str
    is_link: bool = False
    is_here: bool = False
    until: datetime | None = None
    containers: Figure = Figure(own="")
    packages: Figure = Figure(own="")
    mass: Figure = Figure(own="")


class Above(msgspec.Struct, frozen=True, kw_only=True):
    """A filing above the one that is read; a link where the reader sees its ENS."""

    mrn: str
    type: str
    is_link: bool


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the filings below one, with those above it."""

    above: tuple[Above, ...]
    rows: tuple[Row, ...]
    count: int
    missing: int
    until: datetime | None
    page: int
    pages: int
    differences: tuple[str, ...] = ()


def tree_of(
    ens: Ens, documents: Sequence[Document], user: User, veil: Veil, *, page: int
) -> Tree | None:
    """Return the filings around the one for which the ENS was made; None where there are none.

    `documents` are what the filings of the ENS declare, the highest first.
    """
    if not is_linked(documents[0].type):
        return None
    home = Filing.objects.get(mrn=ens.mrn)
    found = families.below(home.pk, page=page, size=PAGE_SIZE)
    if level_of(documents[0].type) is FilingLevel.FULL and found.filing_count == 1:
        return None
    higher = families.above(home.pk)
    pages = -(-found.line_count // PAGE_SIZE)
    read = _Read(ens, home, higher, found, user)
    missing = found.line_count - found.filing_count
    return Tree(
        above=tuple(read.above(key) for key in higher),
        rows=tuple(read.row(line) for line in found.lines),
        count=found.filing_count,
        missing=missing,
        until=read.until if missing else None,
        page=min(max(page, 1), pages),
        pages=pages,
        differences=_differences(ens, documents, veil)
        if found.filing_count <= MOST_COMPARED
        else (),
    )


def _differences(ens: Ens, documents: Sequence[Document], veil: Veil) -> tuple[str, ...]:
    """Return in words what the filings of an ENS say differently, and what was withdrawn."""
    gone = withdrawn([ens.pk]).get(ens.pk, [])
    words = _("Filed by %(filer)s and withdrawn, not filed since: %(papers)s")
    return (
        *(one.text for one in inconsistencies([veil.document(each) for each in documents])),
        *(words % {"filer": one.named, "papers": one.document or one.expected} for one in gone),
    )


class _Read:
    """What is read for the lines that are shown."""

    def __init__(
        self, ens: Ens, home: Filing, higher: Sequence[int], found: Below, user: User
    ) -> None:
        own = [line for line in found.lines if line.missing is None]
        shown = [line.filing for line in own]
        keys = [*higher, *shown]
        self.ens, self.home = ens, home
        self.filings: Mapping[int, Filing] = Filing.objects.in_bulk(keys)
        mrns = [filing.mrn for filing in self.filings.values()]
        seen = Ens.objects.with_parts_visible_to(user).filter(mrn__in=mrns)
        self.seen = set(seen.values_list("mrn", flat=True))
        self.papers = _papers(keys)
        self.people = _people(own)
        self.goods = families.goods_of(shown)
        self.below = families.goods_below([line.filing for line in own if not line.lacks])
        self.until = (self.filings[higher[0]] if higher else home).analysis_ends_at

    def above(self, key: int) -> Above:
        filing = self.filings[key]
        mrn = filing.mrn or ""
        return Above(mrn=mrn, type=filing.type, is_link=mrn in self.seen)

    def row(self, line: Place) -> Row:
        return self._missing(line.missing, line.depth) if line.missing else self._filing(line)

    def _missing(self, wanted: Missing, depth: int) -> Row:
        return Row(
            depth=depth,
            mrn="",
            type="",
            title="",
            papers=wanted.document or wanted.expected,
            filer=wanted.named,
            state=_("Not filed"),
            colour="orange",
            until=self.until,
        )

    def _filing(self, place: Place) -> Row:
        filing = self.filings[place.filing]
        kind = filing_types().get(filing.type)
        own, below = self.goods.get(place.filing, Goods()), self.below.get(place.filing)
        state, colour = self._state(filing, place)
        return Row(
            depth=place.depth,
            mrn=filing.mrn or "",
            type=filing.type,
            title=kind.title if kind else "",
            papers=self.papers.get(place.filing, ""),
            filer=filing.declarant,
            state=state,
            colour=colour,
            is_link=filing.mrn in self.seen and filing.pk != self.home.pk,
            is_here=filing.pk == self.home.pk,
            containers=_containers(own.containers, below),
            packages=_figure(own.packages, below.packages if below else None, "{:,}"),
            mass=_figure(own.mass, below.mass if below else None, "{:,.1f}"),
        )

    def _state(self, filing: Filing, place: Place) -> tuple[str, str]:
        if filing.status not in LIVE:
            return str(filing.get_status_display()), "grey"
        if place.waits:
            return _("Linked, its analysis before loading comes first"), "blue"
        if place.confirmed_by:
            who = self.people.get(place.confirmed_by, "")
            return _("Linked by %(who)s: %(why)s") % {"who": who, "why": place.reason}, "green"
        if filing.link:
            linked = filing.link == Filing.Link.LINKED
            return str(filing.get_link_display()), "green" if linked else "orange"
        state = Ens.Completeness(self.ens.completeness or PENDING)
        return str(state.label), "orange" if state == PENDING else "green"


def _papers(filings: Sequence[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    lives = ConsignmentLife.objects.filter(filing__in=filings).order_by("pk")
    for key, documents in lives.values_list("filing", "documents"):
        found.setdefault(key, []).extend(documents)
    return {key: _several(dict.fromkeys(papers)) for key, papers in found.items()}


def _several(papers: Mapping[str, None]) -> str:
    shown = ", ".join([*papers][:MOST_PAPERS])
    more = len(papers) - MOST_PAPERS
    return _("%(shown)s and %(more)d more") % {"shown": shown, "more": more} if more > 0 else shown


def _people(places: Sequence[Place]) -> dict[int, str]:
    keys = {place.confirmed_by for place in places if place.confirmed_by}
    return {user.pk: person(user) for user in User.objects.filter(pk__in=keys)} if keys else {}


def _containers(own: int, below: Goods | None) -> Figure:
    if not own or below is None or (below.containers == own and not below.unknown):
        return Figure(own=str(own or ""))
    return Figure(own=str(own), below=str(below.containers), is_flagged=below.unknown > 0)


def _figure(own: Decimal | int | None, below: Decimal | int | None, form: str) -> Figure:
    if own is None:
        return Figure(own="")
    if below is None or below == own:
        return Figure(own=form.format(own))
    apart = differ(Decimal(own), Decimal(below))
    return Figure(own=form.format(own), below=form.format(below), is_flagged=apart)
