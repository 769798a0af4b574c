"""Where filings stand when a message about them comes: filing, ENS, goods, people, measures."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db.models import F

from customs_portal.accounts.mandates import lacking
from customs_portal.accounts.models import Mandate
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.lifecycle.out_of_sequence import Situation, situation
from declarations.models import ConsignmentLife, Ens, EnsMember, Filing, FilingVersion, Measure
from declarations.querysets import MeasureQuerySet
from declarations.services.locks import lock_ens

EXAMINATIONS = (Measure.Kind.CONTROL, Measure.Kind.DO_NOT_LOAD)
UNDECIDED = (Measure.Status.RECOMMENDED, Measure.Status.AWAITING_SECOND)
DECIDED = "decided"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A registered filing with its ENS and where its goods are, as of now.

    `examination_announced`: it ends amendments, of ICS2 perhaps before it is announced (decision
    26). `document` is what is declared, of filings of ICS2 alone.
    """

    filing: Filing
    ens: Ens
    goods: tuple[str, ...]
    examination_announced: bool
    document: Document | None = None

    @property
    def is_ics2(self) -> bool:
        """Whether it is a filing of ICS2, of which no message of phase 1 may speak."""
        return self.document is not None

    @property
    def offices(self) -> tuple[str, ...]:
        """Return the office that is responsible."""
        return (self.ens.office_of_first_entry,)

    @property
    def situation(self) -> Situation:
        """Return in what the filing stands."""
        return situation(filing=self.filing.status, ens=self.ens.status, goods=self.goods)

    @property
    def people(self) -> frozenset[str]:
        """Return the EORI numbers of all who may know of the MRN."""
        filing = self.filing
        people = (filing.sender, filing.declarant, filing.representative, filing.carrier)
        return frozenset(filter(None, people))


def ens_of(mrns: Collection[str]) -> dict[str, int]:
    """Return by MRN of a filing lodged with us the ENS that it belongs to."""
    members = EnsMember.objects.filter(filing__mrn__in=set(mrns), filing__received_from="")
    return {str(mrn): ens for mrn, ens in members.values_list("filing__mrn", "ens")}


def lock_ens_of(mrns: Collection[str]) -> dict[str, int]:
    """Lock the ENS that these filings belong to, and return them by MRN.

    A filing that was linked meanwhile belongs to another, which is locked then.
    """
    found, locked = ens_of(mrns), set[int]()
    while not locked.issuperset(found.values()):
        lock_ens(found.values())
        locked |= set(found.values())
        found = ens_of(mrns)
    return found


def standings(
    ens: Collection[int], at: datetime, *, mrns: Collection[str] | None = None
) -> dict[str, Standing]:
    """Return by MRN where the filings of these ENS stand, or those of them with these MRNs.

    The caller holds the locks of the ENS.
    """
    members = EnsMember.objects.filter(ens__in=ens).select_related("ens", "filing")
    if mrns is not None:
        members = members.filter(filing__mrn__in=mrns)
    filings = [member.filing_id for member in members]
    goods: dict[int, list[str]] = defaultdict(list)
    for filing, where in ConsignmentLife.objects.filter(filing__in=filings).values_list(
        "filing", "goods"
    ):
        goods[filing].append(where)
    examinations = Measure.objects.filter(ens__in=ens, kind__in=EXAMINATIONS).open()
    announced = set(examinations.announced(at).values_list("ens", flat=True))
    decided = _decided(examinations)
    documents = _documents([member.filing for member in members])
    return {
        member.filing.mrn or "": Standing(
            filing=member.filing,
            ens=member.ens,
            goods=tuple(goods[member.filing_id]),
            examination_announced=member.ens_id in announced
            or (member.filing.type in filing_types() and member.ens_id in decided),
            document=documents.get(member.filing_id),
        )
        for member in members
    }


def _decided(examinations: MeasureQuerySet[Measure]) -> set[int]:
    """Return the ENS of ICS2 examinations that were decided, where that ends amendments."""
    if settings.AMEND_BLOCKED_BY != DECIDED:
        return set()
    return set(examinations.exclude(status__in=UNDECIDED).values_list("ens", flat=True))


def _documents(filings: Sequence[Filing]) -> dict[int, Document]:
    """Return by filing of ICS2 what it declares now."""
    own = [filing.pk for filing in filings if filing.type in filing_types()]
    if not own:
        return {}
    current = FilingVersion.objects.filter(filing__in=own, number=F("filing__version"))
    return {version.filing_id: version.document() for version in current}


def representatives(
    pairs: Collection[tuple[str, str]], scope: Mandate.Scope, at: datetime
) -> frozenset[tuple[str, str]]:
    """Return those (person lodging, representative) with a live mandate, where one is needed."""
    return frozenset(pairs) - lacking(pairs, at, scope=scope)
