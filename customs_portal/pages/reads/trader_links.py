"""What a trader sees of filings that belong together: below an own one, and expected from them.

Of filings below theirs, filers see document, EORI and whether it is there: never parties or goods.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from declarations import expected
from declarations.expected import not_filed
from declarations.models import ConsignmentLife, Filing, FilingLink

PAGE_SIZE = 50
MOST_EXPECTED = 50
RECENT = timedelta(days=30)


class Below(msgspec.Struct, frozen=True, kw_only=True):
    """A filing below an own one, or one that is missing there."""

    document: str
    eori: str
    state: str
    words: str
    colour: str


class BelowPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the filings below an own one, those that are missing first."""

    rows: tuple[Below, ...]
    page: int
    pages: int


class ExpectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A filing that a firm is to lodge, since another named it."""

    eori: str
    document: str
    office: str
    until: datetime
    is_late: bool


def below_of(filing: Filing, *, page: int = 1) -> BelowPage:
    """Return what the filer of the one above sees of those directly below it."""
    missing = [
        Below(
            document=each.document or each.expected,
            eori=each.named,
            state="not_filed",
            words=_("Not filed"),
            colour="orange",
        )
        for each in not_filed([filing.pk])[filing.pk]
    ]
    links = FilingLink.objects.live().filter(upper=filing).order_by("lower")
    count = len(missing) + links.count()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    first, last = (page - 1) * PAGE_SIZE, page * PAGE_SIZE
    rest = links[max(0, first - len(missing)) : max(0, last - len(missing))]
    return BelowPage(rows=(*missing[first:last], *_linked(rest)), page=page, pages=pages)


def _linked(links: "QuerySet[FilingLink]") -> list[Below]:
    filings = {link.lower_id: link.lower.declarant for link in links.select_related("lower")}
    papers: dict[int, list[str]] = {}
    lives = ConsignmentLife.objects.filter(filing__in=filings).order_by("pk")
    for key, documents in lives.values_list("filing", "documents"):
        papers.setdefault(key, []).extend(documents)
    return [
        Below(
            document=", ".join(dict.fromkeys(papers.get(key, ()))),
            eori=eori,
            state="linked",
            words=_("Linked"),
            colour="green",
        )
        for key, eori in filings.items()
    ]


def expected_of(eoris: Collection[str], at: datetime) -> list[ExpectedRow]:
    """Return what these firms are to file, what is due first."""
    found = expected.expected_of(eoris, since=at - RECENT, most=MOST_EXPECTED)
    return [
        ExpectedRow(
            eori=each.named,
            document=each.document,
            office=each.office,
            until=each.until,
            is_late=each.until <= at,
        )
        for each in found
    ]
