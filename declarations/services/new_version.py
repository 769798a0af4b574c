"""Writing the next version of filings and of their ENS, with all that hangs on a version."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from customs_portal.bulk import copy_rows, next_ids
from customs_portal.events.services import NewEvent, record_many
from declarations.clocks import ENDED_BY_ARRIVAL, Clock, ClockKind, clocks_of, start
from declarations.document import Document, Party, encode
from declarations.events import FILING_AMENDED
from declarations.filing_types import is_analysed_twice
from declarations.lifecycle import CONSIGNMENT, ENS, move
from declarations.models import (
    ConsignmentLife,
    Ens,
    EnsVersion,
    EntryLeg,
    Filing,
    FilingVersion,
)
from declarations.projection import write_projection
from declarations.services.clocks import replace_clocks, restart_analysis
from declarations.services.matching import WAITED_FOR
from declarations.services.reconfirm import ask_to_reconfirm
from declarations.services.referrals import overtake, take_amendments
from declarations.services.registering import means_of, offices_on_the_way, papers
from declarations.services.search_keys import rewrite_search_keys
from declarations.traffic import BEFORE_LOADING, TrafficClass, expected_by

ANALYSIS_AGAIN = timedelta(minutes=30)
"""Implementing Regulation (EU) 2015/2447 Art. 186(10): at once; the length is ours."""
BEGUN_AGAIN = (ClockKind.ANALYSIS, ClockKind.PRELOADING)
"""What counts from the receipt of the new version."""


class NewVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The next document of a filing; filing and ENS are as they were before it.

    `offices` are those on its way, where they are not what the document says.
    """

    filing: Filing
    ens: Ens
    document: Document
    message_id: int
    sender: str
    received_at: datetime
    correlation: UUID | None = None
    offices: tuple[str, ...] = ()

    @property
    def is_highest(self) -> bool:
        """Whether the ENS was made for this filing, and not for one above it."""
        return self.filing.mrn == self.ens.mrn

    @property
    def number(self) -> int:
        """Return the number of the new version of the filing."""
        return self.filing.version + 1

    @property
    def ens_number(self) -> int:
        """Return the number of the new version of the ENS."""
        return self.ens.version + 1

    @property
    def analysis_ends_at(self) -> datetime:
        """Return until when the new version must be analysed, as before where houses lack."""
        if self.ens.status == Ens.Status.FORMING:
            return self.ens.analysis_ends_at
        return self.received_at + ANALYSIS_AGAIN


class WrittenVersions(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of what was written: filing versions by filing, ENS versions by ENS."""

    filing_versions: dict[int, int]
    ens_versions: dict[int, int]


def write_versions(versions: Sequence[NewVersion], *, at: datetime) -> None:
    """Write amended versions, no two of one ENS; the caller holds the locks of the ENS rows."""
    if not versions:
        return
    take_amendments([each.filing.pk for each in versions], at=at)
    parts = [each.ens.pk for each in versions if not each.is_highest]
    overtake(parts, why=_("the declaration was amended"), at=at)
    written = write_documents(versions, at=at)
    analyse_again(versions, at=at)
    _record(versions, written, at)


def write_documents(versions: Sequence[NewVersion], *, at: datetime) -> WrittenVersions:
    """Write the versions with all that hangs on a version but their analysis.

    Measures ask to be confirmed. The caller holds the locks of the ENS rows.
    """
    numbered = _write_filing_versions(versions, at)
    ens_versions = _write_ens_versions(versions, numbered, at)
    _update_filings(versions)
    _update_ens(versions)
    write_projection([(numbered[each.filing.pk], each.document) for each in versions])
    rewrite_search_keys([each.ens.pk for each in versions])
    _replace_legs(versions)
    _take_over_consignments(versions)
    for each in versions:
        ask_to_reconfirm([each.ens.pk], version=each.ens_number, at=at)
    return WrittenVersions(filing_versions=numbered, ens_versions=ens_versions)


def analyse_again(versions: Sequence[NewVersion], *, at: datetime) -> None:
    """Let the ENS be analysed at once on their new versions."""
    move(Ens, ENS, "analyse_again", [each.ens.pk for each in versions])
    _restart_clocks(versions, at)


def _write_filing_versions(versions: Sequence[NewVersion], at: datetime) -> dict[int, int]:
    """Return by filing the id of its new version."""
    sequence = "declarations_filingversion_id_seq"
    ids = next_ids({sequence: len(versions)})[sequence]
    copy_rows(
        "declarations_filingversion",
        ("id", "filing_id", "number", "message_id", "document_json", "created_at"),
        (
            (key, v.filing.pk, v.number, v.message_id, encode(v.document).decode(), at)
            for key, v in zip(ids, versions, strict=True)
        ),
    )
    return {v.filing.pk: key for key, v in zip(ids, versions, strict=True)}


def _write_ens_versions(
    versions: Sequence[NewVersion], numbered: dict[int, int], at: datetime
) -> dict[int, int]:
    """Return by ENS the id of its new version, in which the filing's new one takes its place."""
    sequence = "declarations_ensversion_id_seq"
    ids = next_ids({sequence: len(versions)})[sequence]
    before = _current_members(versions)
    copy_rows(
        "declarations_ensversion",
        ("id", "ens_id", "number", "filing_versions", "created_at"),
        (
            (key, v.ens.pk, v.ens_number, _members(v, before, numbered), at)
            for key, v in zip(ids, versions, strict=True)
        ),
    )
    return {v.ens.pk: key for key, v in zip(ids, versions, strict=True)}


def _current_members(versions: Sequence[NewVersion]) -> dict[int, list[tuple[int, int]]]:
    """Return by ENS its filing versions as (filing version, filing), in their order."""
    numbers = {v.ens.pk: v.ens.version for v in versions}
    rows = EnsVersion.objects.filter(ens__in=numbers)
    lists = {row.ens_id: row.filing_versions for row in rows if numbers[row.ens_id] == row.number}
    keys = [key for members in lists.values() for key in members]
    filings = dict(FilingVersion.objects.filter(pk__in=keys).values_list("pk", "filing_id"))
    return {ens: [(key, filings[key]) for key in members] for ens, members in lists.items()}


def _members(
    version: NewVersion, before: dict[int, list[tuple[int, int]]], numbered: dict[int, int]
) -> list[int]:
    own = version.filing.pk
    return [numbered[own] if filing == own else key for key, filing in before[version.ens.pk]]


def _update_filings(versions: Sequence[NewVersion]) -> None:
    """Move the filings to what their new document says; the trader's window never gets shorter."""
    for each in versions:
        document, window = each.document, each.filing.analysis_ends_at
        Filing.objects.filter(pk=each.filing.pk).update(
            version=each.number,
            sender=each.sender,
            representative=_eori(document.representative),
            carrier=_eori(document.effective_carrier()),
            transport_mode=document.transport_mode,
            analysis_ends_at=max(window or each.analysis_ends_at, each.analysis_ends_at),
        )


def _eori(party: Party | None) -> str:
    return (party.identifier or "") if party else ""


def _update_ens(versions: Sequence[NewVersion]) -> None:
    for each in versions:
        own = Ens.objects.filter(pk=each.ens.pk)
        own.update(version=each.ens_number, analysis_ends_at=each.analysis_ends_at)
        if not each.is_highest:
            continue
        own.update(
            transport_mode=each.document.transport_mode,
            means=means_of(each.document),
            expected_arrival=expected_by(each.document, each.filing.lodged_at),
        )


def _replace_legs(versions: Sequence[NewVersion]) -> None:
    """Give the ENS its itinerary of now; the office of first entry stays."""
    before: dict[int, list[str]] = {each.ens.pk: [] for each in versions if each.is_highest}
    for leg in EntryLeg.objects.filter(ens__in=before).order_by("sequence"):
        before[leg.ens_id].append(leg.office)
    wanted = {
        each.ens.pk: list(each.offices) or offices_on_the_way(each.document)
        for each in versions
        if each.is_highest
    }
    changed = [ens for ens, offices in wanted.items() if offices != before[ens]]
    EntryLeg.objects.filter(ens__in=changed).delete()
    EntryLeg.objects.bulk_create(
        EntryLeg(ens_id=ens, sequence=place, office=office, country=office[:2])
        for ens in changed
        for place, office in enumerate(wanted[ens])
    )


def _take_over_consignments(versions: Sequence[NewVersion]) -> None:
    """Keep the life of what is still declared, end what is not, begin what is new."""
    found: dict[int, dict[str, int]] = {each.filing.pk: {} for each in versions}
    for life in ConsignmentLife.objects.filter(filing__in=found):
        found[life.filing_id][life.key] = life.pk
    ended: list[int] = []
    kept: list[int] = []
    for each in versions:
        declared = {consignment.key for consignment in each.document.consignments}
        lives = found[each.filing.pk]
        ended += [key for name, key in lives.items() if name not in declared]
        kept += [key for name, key in lives.items() if name in declared]
    move(ConsignmentLife, CONSIGNMENT, "omit", ended)
    move(ConsignmentLife, CONSIGNMENT, "declare_again", kept)
    ConsignmentLife.objects.bulk_create(
        ConsignmentLife(filing=each.filing, key=new.key, documents=papers(new.transport_documents))
        for each in versions
        for new in each.document.consignments
        if new.key not in found[each.filing.pk]
    )


def _restart_clocks(versions: Sequence[NewVersion], at: datetime) -> None:
    """Analyse again at once; the window of do-not-load still counts from the first receipt."""
    for each in versions:
        if each.ens.status == Ens.Status.FORMING:
            continue
        if not each.is_highest:
            restart_analysis([each.ens.pk], ends_at=each.analysis_ends_at, at=at)
            continue
        traffic = TrafficClass(each.ens.traffic_correction) if each.ens.traffic_correction else None
        others = [
            clock
            for clock in clocks_of(each.document, each.filing.lodged_at, traffic)
            if clock.kind not in BEGUN_AGAIN and not clock.has_ended(at)
        ]
        here = _has_come(each.ens)
        if here:
            others = [clock for clock in others if clock.kind not in ENDED_BY_ARRIVAL]
        replace_clocks(each.ens.pk, [*_begun_again(each, loaded=here), *others], at=at)


def _begun_again(each: NewVersion, *, loaded: bool) -> list[Clock]:
    """Return the clocks of the analysis that begins; none is before loading once goods are here."""
    found = [start(ClockKind.ANALYSIS, at=each.received_at, length=ANALYSIS_AGAIN)]
    if is_analysed_twice(each.document.type) and not loaded:
        found.append(start(ClockKind.PRELOADING, at=each.received_at, length=BEFORE_LOADING))
    return found


def _has_come(ens: Ens) -> bool:
    """Whether goods of an ENS are here and none is waited for (an amendment of ICS2 may follow)."""
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens)
    here = lives.exclude(goods__in=(*WAITED_FOR, ConsignmentLife.Goods.NO_LONGER_DECLARED))
    return here.exists() and not lives.filter(goods__in=WAITED_FOR).exists()


def _record(versions: Sequence[NewVersion], written: WrittenVersions, at: datetime) -> None:
    record_many(
        [
            NewEvent(
                kind=FILING_AMENDED,
                at=at,
                stream=each.ens.pk,
                correlation=each.correlation,
                data={
                    "filing": each.filing.pk,
                    "filing_version": written.filing_versions[each.filing.pk],
                    "ens": each.ens.pk,
                    "ens_version": written.ens_versions[each.ens.pk],
                    "version": each.ens_number,
                    "mrn": each.filing.mrn,
                    "sender": each.sender,
                    "message": each.message_id,
                    "weight": each.document.weight(),
                },
            )
            for each in versions
        ]
    )
