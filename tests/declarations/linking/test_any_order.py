"""Whatever is filed, amended and invalidated in whatever order, the links are those of the rest.

A few short walks by default, the same each time; `LINKING_WALK=2000` walks so many steps.
"""

import os
from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from customs_portal.events.delivery import run_batch
from customs_portal.events.models import Delivery
from customs_portal.events.routing import pipeline
from declarations.document import Document
from declarations.lifecycle import ENS, move
from declarations.linking import Side, keys
from declarations.models import Ens, EnsMember, Filing, FilingLink, FilingVersion
from declarations.services import Lodged, Lodgement, lodge
from declarations.services.amend import Amendment, amend
from declarations.services.invalidate import InvalidationOrder, invalidate
from messaging.invariants import declared, linking
from messaging.invariants.invariant import Scope
from risk.services.linking import link_waiting
from tests.declarations.linking.filings import air_house, air_master, house, master
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

WANTED = int(os.environ.get("LINKING_WALK", "0"))
STEPS = 40 if WANTED else 15
WALKS = max(WANTED // STEPS, 1) if WANTED else 4

PEOPLE = ("NL111111111", "NL222222222", "NL333333333")
BILLS = ("OEL1", "OEL2")
people = st.sampled_from(PEOPLE)
bills = st.sampled_from(BILLS)
owns = st.sampled_from("AB")
some = st.lists(people, min_size=1, max_size=2, unique=True)
any_of_them = st.lists(people, max_size=2, unique=True)
CHECKS = (
    linking.members_not_in_version,
    linking.linked_otherwise,
    linking.linked_without_link,
    linking.in_a_wrong_ens,
    linking.absorbed_wrongly,
    linking.keys_of_ended_filings,
    linking.complete_without_filings,
    declared.old_filing_versions,
    declared.ens_without_version,
    declared.wrong_projections,
)


Made = MultipleResults[str] | str


class Filings(RuleBasedStateMachine):
    """Traders that file, amend and withdraw, and a consumer that links now or later."""

    filed: Bundle[str] = Bundle("filed")

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.at = AT
        self.message = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def _lodge(self, document: Document) -> Made:
        self.at += timedelta(seconds=1)
        self.message += 1
        lodgement = Lodgement(
            document=document,
            message_id=self.message,
            sender=document.declarant.identifier or "",
            received_at=self.at,
        )
        [result] = lodge([lodgement], at=self.at)
        return result.mrn if isinstance(result, Lodged) else multiple()

    def _amended(self, filing: Filing, before: Document, names: list[str]) -> Document:
        raise NotImplementedError

    @rule(mrn=filed, names=some)
    def name_others(self, mrn: str, names: list[str]) -> None:
        filing = Filing.objects.get(mrn=mrn)
        before = FilingVersion.objects.filter(filing=filing).latest("number").document()
        self.at += timedelta(seconds=1)
        self.message += 1
        amendment = Amendment(
            document=msgspec.structs.replace(self._amended(filing, before, names), mrn=mrn),
            message_id=self.message,
            sender=filing.declarant,
            received_at=self.at,
        )
        amend([amendment], at=self.at)

    @rule(mrn=consumes(filed))
    def withdraw(self, mrn: str) -> None:
        self.at += timedelta(seconds=1)
        order = InvalidationOrder(
            mrn=mrn, sender=Filing.objects.get(mrn=mrn).declarant, message_id=0
        )
        invalidate([order], at=self.at)

    @rule()
    def link(self) -> None:
        consumer = next(each for each in pipeline().consumers if each.name == "link")
        while run_batch(consumer, at=self.at + timedelta(minutes=1)):
            pass

    @invariant()
    def what_is_linked_is_linked_rightly(self) -> None:
        if Delivery.objects.filter(consumer="link").exists():
            return
        assert self._links() == _computed(_surviving())
        assert {check.__name__: check(Scope()) for check in CHECKS if check(Scope())} == {}

    def _links(self) -> dict[str, str]:
        links = FilingLink.objects.live().values_list("lower__mrn", "upper__mrn")
        found = {str(lower): str(upper) for lower, upper in links}
        joined = links.exclude(waits=True)
        above = {str(lower): str(upper) for lower, upper in joined}
        members = EnsMember.objects.values_list("filing__mrn", "ens__mrn")
        assert {str(mrn): ens for mrn, ens in members} == {
            str(mrn): _top(str(mrn), above) for mrn, _ens in members
        }
        return found


class BySea(Filings):
    """A carrier's master with houses, and houses below those."""

    @rule(target=Filings.filed, number=bills, by=people, names=some)
    def file_master(self, number: str, by: str, names: list[str]) -> Made:
        return self._lodge(master(number, by, names))

    @rule(target=Filings.filed, number=bills, own=owns, by=people, names=some)
    def file_house(self, number: str, own: str, by: str, names: list[str]) -> Made:
        return self._lodge(house("F14", number, own, by, names))

    @rule(
        target=Filings.filed,
        kind=st.sampled_from(("F15", "F16")),
        number=bills,
        own=owns,
        by=people,
    )
    def file_lowest(self, kind: str, number: str, own: str, by: str) -> Made:
        return self._lodge(house(kind, number, own, by))

    def _amended(self, filing: Filing, before: Document, names: list[str]) -> Document:
        number, own = _papers(before)
        if filing.type == "F12":
            return master(number, filing.declarant, names)
        lower = names if filing.type == "F14" else ()
        return house(filing.type, number, own, filing.declarant, lower)


class ByAir(Filings):
    """A carrier's master, houses and sub-houses, and what was filed of them before loading."""

    @rule(target=Filings.filed, number=bills, by=people, names=some)
    def file_master(self, number: str, by: str, names: list[str]) -> Made:
        return self._lodge(air_master(number, by, names))

    @rule(target=Filings.filed, number=bills, own=owns, by=people, names=any_of_them)
    def file_house(self, number: str, own: str, by: str, names: list[str]) -> Made:
        return self._lodge(air_house("F22", number, own, by, names))

    @rule(
        target=Filings.filed,
        kind=st.sampled_from(("F23", "F24")),
        number=bills,
        own=owns,
        by=people,
    )
    def file_before_loading(self, kind: str, number: str, own: str, by: str) -> Made:
        return self._lodge(air_house(kind, number, own, by))

    @rule()
    def conclude_before_loading(self) -> None:
        ready = Ens.objects.filter(status__in=["ready", "in_analysis"], completeness="")
        move(Ens, ENS, "conclude", list(ready.values_list("pk", flat=True)))
        link_waiting(at=self.at)

    def _amended(self, filing: Filing, before: Document, names: list[str]) -> Document:
        number, own = _papers(before)
        if filing.type == "F21":
            return air_master(number, filing.declarant, names)
        lower = names if filing.type == "F22" else ()
        return air_house(filing.type, number, own, filing.declarant, lower)


def _papers(document: Document) -> tuple[str, str]:
    """Return the numbers of the master's document and of the house's own."""
    (consignment,) = document.consignments
    above = (*consignment.master_documents, *document.transport_documents)
    return above[0].reference if above else "", consignment.key.partition("/")[2]


def _top(mrn: str, links: dict[str, str]) -> str:
    while mrn in links:
        mrn = links[mrn]
    return mrn


def _surviving() -> dict[str, tuple[int, Document]]:
    rows = FilingVersion.objects.filter(filing__status="registered").order_by("number")
    return {str(row.filing.mrn): (row.filing_id, row.document()) for row in rows}


def _computed(filings: dict[str, tuple[int, Document]]) -> dict[str, str]:
    """Return by MRN what each filing stands below, looked up one by one."""
    found = {}
    for mrn, (_key, document) in filings.items():
        best = min(_above(mrn, document, filings), default=None)
        if best:
            found[mrn] = best[2]
    return found


def _above(
    mrn: str, document: Document, filings: dict[str, tuple[int, Document]]
) -> Iterable[tuple[int, int, str]]:
    for asked in keys(document, Side.ASK):
        for other, (key, offering) in filings.items():
            if other != mrn and asked.value in {k.value for k in keys(offering, Side.OFFER)}:
                yield asked.rank, key, other


@pytest.mark.parametrize("filings", [BySea, ByAir])
def test_links_follow_from_what_survives(filings: type[Filings]) -> None:
    run_state_machine_as_test(
        filings,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not WANTED,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
