"""A trader's filings: what was lodged, what was answered, what the trader was told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import Operator, User
from customs_portal.findings import Finding
from customs_portal.pages.reads.lodging_limit import lodging_limit
from customs_portal.pages.reads.referrals import AskedOfTrader, asked_of, open_by_filing
from customs_portal.pages.reads.trader_links import BelowPage, below_of
from customs_portal.pages.reads.trader_measures import (
    Instruction,
    announced_measures,
    instructions_of,
)
from customs_portal.pages.trader_status import (
    FilingFacts,
    TraderStatus,
    trader_status,
)
from customs_portal.reference.snapshot import Snapshot
from declarations.families import Lacking, not_filed_in_whole
from declarations.filing_types import filing_types
from declarations.linking import Side, scenarios
from declarations.models import (
    ConsignmentLife,
    DeclaredItem,
    EnsMember,
    Filing,
    FilingVersion,
)
from declarations.querysets import FilingQuerySet
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_bodies

PAGE_SIZE = 25
ATTENTION = timedelta(days=30)
MOST_REJECTED = 20
NEVER = datetime.max.replace(tzinfo=UTC)
UNREADABLE, UNREADABLE_FILING = "CD917B", "IE3N99"
MESSAGE_WORDS = {
    "CC328A": _("Registered, with the MRN"),
    "CC316A": _("Not accepted, with the errors"),
    "CC324A": _("Diversion not accepted, with the errors"),
    "CC325A": _("Diversion acknowledged"),
    "CC304A": _("Amendment accepted"),
    "UK348A": _("Arrival notification accepted"),
    "CC349A": _("Arrival notification not accepted, with the errors"),
    "CC305A": _("Amendment not accepted, with the errors"),
    "CC351A": _("Instruction from customs"),
    "IE3R01": _("Registered, with the MRN"),
    "IE3N99": _("Not accepted, with the errors"),
    "IE3N01": _("Refused for the state of the filing, with the errors"),
    "IE3N10": _("Amendment accepted"),
    "IE3R07": _("Invalidated"),
    "IE3R08": _("State of filings"),
    "IE3R04": _("Arrival registered, with its MRN"),
    "IE3N07": _("Houses that could not arrive"),
    "IE3N08": _("Control ordered: present the goods"),
    "IE3N09": _("Advance notice of a control"),
    "IE3N03": _("Assessment complete"),
    "IE3N04": _("Copy of a question to the filer"),
    "IE3N05": _("Copy of a request for screening"),
    "IE3Q01": _("Do not load"),
    "IE3Q02": _("Question from customs"),
    "IE3Q03": _("Request for screening"),
    "NOTICE": _("Notice from customs"),
    UNREADABLE: _("Could not be read, with the errors"),
}


class FilingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One filing in the list; a carrier that did not lodge it sees neither goods nor LRN."""

    pk: int
    lrn: str
    mrn: str
    goods: str
    route: str
    link: str
    status: TraderStatus


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in the trader's words."""

    code: str
    rule: str
    field: str
    value: str
    sentence: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was not accepted: what is wrong, and until when it can be lodged in time."""

    pk: int | None
    name: str
    lodged_at: datetime
    limit: datetime | None
    wrong: tuple[Wrong, ...]
    message: UUID | None = None


class TraderMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to the trader that can be downloaded."""

    pk: int
    kind: str
    words: str
    at: datetime


class FilingPage(msgspec.Struct, frozen=True, kw_only=True):
    """One filing with all that its trader may know."""

    row: FilingRow
    type: str
    office: str
    expected_arrival: datetime | None
    lodged_at: datetime
    registered_at: datetime | None
    own: bool
    version: int
    refused: Refused | None
    instructions: tuple[Instruction, ...]
    messages: tuple[TraderMessage, ...]
    questions: tuple[AskedOfTrader, ...]
    link: str
    below: BelowPage | None


def operators(user: User) -> list[Operator]:
    """Return the operators that the user acts for."""
    return list(user.operators.order_by("eori"))


def matching(filings: FilingQuerySet[Filing], typed: str) -> FilingQuerySet[Filing]:
    """Keep filings whose LRN or MRN begins with what was typed."""
    words = typed.strip()
    return filings.filter(Q(lrn__istartswith=words) | Q(mrn__istartswith=words))


def rows(filings: Sequence[Filing], eoris: frozenset[str], at: datetime) -> list[FilingRow]:
    """Return the filings as rows; the number of queries does not depend on them."""
    ids = [filing.pk for filing in filings]
    announced = announced_measures(ids, eoris, at)
    members = EnsMember.objects.filter(filing__in=ids)
    diverted = set(members.filter(ens__status="diverted").values_list("filing", flat=True))
    wanted = not_filed_in_whole(ids)
    asked = open_by_filing(ids, eoris, at)
    completed = _completed(filings, eoris)
    goods: dict[int, list[str]] = {}
    lives = ConsignmentLife.objects.filter(filing__in=ids).exclude(goods="no_longer_declared")
    for key, where in lives.values_list("filing", "goods"):
        goods.setdefault(key, []).append(where)
    items = _first_items(ids)
    shown = []
    for filing in filings:
        facts = _facts(filing, wanted.get(filing.pk), own=is_own(filing, eoris))
        facts = msgspec.structs.replace(
            facts,
            diverted=filing.pk in diverted,
            answer_by=asked.get(filing.pk),
            completed_at=completed.get(filing.pk),
        )
        told = announced.get(filing.pk, [])
        status = trader_status(facts, told, goods.get(filing.pk, []), at)
        shown.append(_row(filing, eoris, items.get(filing.pk), status))
    return shown


def _completed(filings: Sequence[Filing], eoris: frozenset[str]) -> dict[int, datetime]:
    """Return by filing of ICS2 when its current version was told to be assessed (IE3N03)."""
    own = [filing.pk for filing in filings if filing.type in filing_types()]
    if not own:
        return {}
    told = OutboundMessage.objects.filter(
        kind="IE3N03",
        recipient__in=eoris,
        mrn=OuterRef("filing__mrn"),
        created_at__gte=OuterRef("created_at"),
    ).order_by("pk")
    current = FilingVersion.objects.filter(filing__in=own, number=F("filing__version"))
    when = current.annotate(told_at=Subquery(told.values("created_at")[:1]))
    rows = when.exclude(told_at=None).values_list("filing", "told_at")
    return dict(rows)


def _facts(filing: Filing, lacking: Lacking | None, *, own: bool) -> FilingFacts:
    """Return what a filing says of itself; who has to file below it, its own filer is told."""
    wanted = lacking.first if lacking else ()
    below = [each for each in wanted if own and each.filing == filing.pk]
    return FilingFacts(
        status=filing.status,
        mrn=filing.mrn or "",
        lodged_at=filing.lodged_at,
        registered_at=filing.registered_at,
        analysis_ends_at=filing.analysis_ends_at,
        is_pending=filing.link == Filing.Link.PENDING,
        waits=bool(wanted),
        missing=tuple(sorted({each.named for each in below if each.named})),
        more_missing=bool(own and lacking and lacking.own_count > len(below)),
        of_ics2=filing.type in filing_types(),
    )


def _first_items(filings: Sequence[int]) -> dict[int, DeclaredItem]:
    found = (
        DeclaredItem.objects.filter(filing_version__filing__in=filings)
        .select_related("filing_version")
        .order_by("filing_version__filing", "-filing_version__number", "number")
        .distinct("filing_version__filing")
    )
    return {item.filing_version.filing_id: item for item in found}


def is_own(filing: Filing, eoris: frozenset[str]) -> bool:
    """Whether one of the operators lodges or represents, and not only carries."""
    return not eoris.isdisjoint({filing.sender, filing.declarant, filing.representative})


def _row(
    filing: Filing, eoris: frozenset[str], item: DeclaredItem | None, status: TraderStatus
) -> FilingRow:
    own = is_own(filing, eoris)
    route = (item.place_of_loading, item.place_of_unloading) if item and own else ()
    return FilingRow(
        pk=filing.pk,
        lrn=filing.lrn if own else "",
        mrn=filing.mrn or "",
        goods=item.description if item and own else "",
        route=" > ".join(place for place in route if place),
        link=filing.link if own else "",
        status=status,
    )


def refused(user: User, at: datetime) -> list[Refused]:
    """Return what was not accepted in the last days and not lodged again since.

    The nearest time limit comes first, then what has no known limit, the newest first.
    """
    again = Filing.objects.filter(
        lrn=OuterRef("lrn"),
        sender=OuterRef("sender"),
        lodged_at__gt=OuterRef("lodged_at"),
        received_from="",
    )
    rejected = (
        Filing.objects.visible_to(user)
        .filter(status="rejected", lodged_at__gte=at - ATTENTION)
        .exclude(Exists(again))
        .order_by("-lodged_at")[:MOST_REJECTED]
    )
    unreadable = (
        InboundMessage.objects.visible_to(user)
        .filter(_without_a_filing(), received_at__gte=at - ATTENTION, repeats=None, is_test=False)
        .order_by("-received_at")[:MOST_REJECTED]
    )
    found = [*_rejected(list(rejected)), *map(_unreadable, unreadable)]
    return sorted(found, key=lambda each: (each.limit or NEVER, at - each.lodged_at))


def _without_a_filing() -> Q:
    """Return what holds for declarations that were not even kept as rejected filings."""
    kept = Filing.objects.filter(
        sender=OuterRef("operator__eori"), lrn=OuterRef("lrn"), lodged_at=OuterRef("received_at")
    )
    wrong = Q(answer__kind=UNREADABLE_FILING, kind__startswith="IE3F")
    return Q(answer__kind=UNREADABLE) | (wrong & ~Q(Exists(kept)))


def _rejected(filings: Sequence[Filing]) -> list[Refused]:
    messages = _received(filings)
    bodies = raw_bodies(message.body_id for message in messages.values())
    return [
        Refused(
            pk=filing.pk,
            name=filing.lrn,
            lodged_at=filing.lodged_at,
            limit=_limit(filing, bodies.get(messages[filing.pk].body_id))
            if filing.pk in messages
            else None,
            wrong=_wrong(filing.findings),
            message=messages[filing.pk].correlation if filing.pk in messages else None,
        )
        for filing in filings
    ]


def _limit(filing: Filing, body: bytes | None) -> datetime | None:
    return lodging_limit(body, filing.lodged_at) if body is not None else None


def _received(filings: Sequence[Filing]) -> dict[int, InboundMessage]:
    """Return the messages of filings; sender, LRN and time of receipt name a message."""
    named = {(filing.sender, filing.lrn, filing.lodged_at): filing.pk for filing in filings}
    messages = InboundMessage.objects.select_related("operator").filter(
        lrn__in={lrn for _sender, lrn, _at in named},
        received_at__in={at for _sender, _lrn, at in named},
    )
    return {
        named[key]: message
        for message in messages
        if (key := (message.operator.eori, message.lrn, message.received_at)) in named
    }


def _unreadable(message: InboundMessage) -> Refused:
    return Refused(
        pk=None,
        name=message.lrn or message.message_identification or str(message.correlation),
        lodged_at=message.received_at,
        limit=None,
        wrong=_wrong(message.findings),
        message=message.correlation,
    )


def _wrong(stored: object) -> tuple[Wrong, ...]:
    return tuple(
        Wrong(
            code=finding.code,
            rule=finding.rule or finding.number,
            field=finding.location,
            value=finding.value,
            sentence=finding.text,
        )
        for finding in msgspec.convert(stored, list[Finding])
    )


def filing_page(
    filing: Filing, user: User, snapshot: Snapshot, at: datetime, *, below: int = 1
) -> FilingPage:
    """Return one filing, which the user may see, with a page of those below it."""
    eoris = policies.reading_eoris(user)
    [row] = rows([filing], eoris, at)
    own = is_own(filing, eoris)
    office = snapshot.office(filing.office_of_first_entry)
    version = filing.versions.order_by("-number").first()
    return FilingPage(
        row=row,
        type=filing.type,
        office=f"{office.reference} {office.name}" if office else filing.office_of_first_entry,
        expected_arrival=version.document().expected_arrival if version and own else None,
        lodged_at=filing.lodged_at,
        registered_at=filing.registered_at,
        own=own,
        version=filing.version,
        refused=next(iter(_rejected([filing])), None) if filing.status == "rejected" else None,
        instructions=instructions_of(filing, eoris, at),
        messages=_messages(filing, user),
        questions=tuple(asked_of(eoris, at, filing=filing)),
        link=_link_words(filing) if own else "",
        below=below_of(filing, page=below) if own and has_below(filing) else None,
    )


def _link_words(filing: Filing) -> str:
    if filing.link == Filing.Link.LINKED:
        return gettext("Linked to the filing above it")
    return gettext("Not linked yet") if filing.link else ""


def has_below(filing: Filing) -> bool:
    """Whether filings can stand below one of its type."""
    return bool(filing.mrn and scenarios(filing.type, Side.OFFER))


def _messages(filing: Filing, user: User) -> tuple[TraderMessage, ...]:
    """Return what was sent to the user's operators about this filing, newest first."""
    about = Q(mrn=filing.mrn) if filing.mrn else Q(mrn="", lrn=filing.lrn)
    found = OutboundMessage.objects.visible_to(user).filter(about).order_by("-created_at", "-pk")
    return tuple(
        TraderMessage(
            pk=message.pk,
            kind=message.kind,
            words=str(MESSAGE_WORDS.get(message.kind, message.kind)),
            at=message.created_at,
        )
        for message in found
    )
