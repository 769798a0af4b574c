"""Two declarations of the same goods: found, decided by the policy or by an officer."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.document import Document, Party
from declarations.models import Clock, ConsignmentLife, DualFiling, Ens, Filing, Measure
from declarations.services.dual_filing import Choice
from declarations.services.results import Changed, Refused
from risk.models import Case
from risk.services.dual_filing import compare_filings, decide_pairs
from tests.factories.declarations import (
    OFFICE,
    assessed,
    bananas,
    harmless,
    lodged,
    publish_demo_rules,
)
from tests.factories.measures import placed
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.messaging.builders import goods_item, minimal_document

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CARRIER, FORWARDER = "NL900000011", "NL900000022"


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    store_offices_and_reasons()
    publish_demo_rules(AT)


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER, offices=(OFFICE,))


def by(eori: str, document: Document, **changes: object) -> Document:
    return msgspec.structs.replace(
        document, declarant=Party(identifier=eori), carrier=Party(identifier=CARRIER), **changes
    )


def pair_of(first: Document, second: Document) -> tuple[Ens, Ens]:
    both = tuple(assessed(lodged(each, AT), AT) for each in (first, second))
    compared(both[0], both[1])
    return both[0], both[1]


def compared(*both: Ens) -> None:
    with transaction.atomic():
        compare_filings([ens.pk for ens in both], at=AT)


def status(ens: Ens) -> tuple[str, str, int | None]:
    now = Ens.objects.get(pk=ens.pk)
    return Filing.objects.get(mrn=ens.mrn).status, now.status, now.absorbed_by_id


@pytest.mark.parametrize("carrier_first", [True, False])
def test_the_carriers_own_declaration_counts(carrier_first: bool) -> None:
    own, other = by(CARRIER, harmless(AT)), by(FORWARDER, harmless(AT))
    pair = pair_of(own, other) if carrier_first else pair_of(other, own)[::-1]
    best, loser = pair
    assert status(loser) == ("superseded", "invalidated", best.pk)
    assert status(best)[0] == "registered"
    found = DualFiling.objects.get()
    assert (found.state, found.winner_id, found.decided_by) == ("resolved", best.pk, None)
    assert found.documents == ["N705 BL000001"]
    assert not Clock.objects.filter(ens=loser, stopped_at__isnull=True).exists()
    assert Event.objects.get(kind="filing.superseded").stream == loser.pk
    assert Event.objects.get(kind="dual_filing.won").stream == best.pk


@pytest.mark.parametrize(
    "changes",
    [
        {"expected_arrival": AT + timedelta(days=6, minutes=1)},
        {"consignments": minimal_document((goods_item(2),)).consignments},
        {"consignments": minimal_document((goods_item(containers=("DMOU1000014",)),)).consignments},
        {"transport_mode": "10"},
        {"declarant": Party(identifier=CARRIER)},
    ],
)
def test_other_bills_other_items_other_voyages_are_no_pair(changes: dict[str, object]) -> None:
    own = by(CARRIER, harmless(AT))
    pair_of(own, msgspec.structs.replace(by(FORWARDER, harmless(AT)), **changes))
    assert not DualFiling.objects.exists()


def test_without_a_carriers_own_an_officer_decides(officer: User) -> None:
    first, second = pair_of(by(FORWARDER, harmless(AT)), by("NL900000033", harmless(AT)))
    pair = DualFiling.objects.get()
    assert (pair.state, status(first)[0], status(second)[0]) == (
        "confirmed", "registered", "registered",
    )  # fmt: skip
    choice = Choice(pair=pair.pk, winner=second.pk, note="The carrier confirmed.")
    with transaction.atomic():
        assert decide_pairs([choice], officer=officer, at=AT) == [Changed(id=pair.pk)]
        [again] = decide_pairs([choice], officer=officer, at=AT)
    assert isinstance(again, Refused)
    assert status(first) == ("superseded", "invalidated", second.pk)


def test_goods_that_differ_in_a_key_are_only_suspected(officer: User) -> None:
    heavier = minimal_document((goods_item(gross_mass=None),)).consignments
    pair_of(by(CARRIER, harmless(AT)), by(FORWARDER, harmless(AT), consignments=heavier))
    pair = DualFiling.objects.get()
    assert (pair.state, pair.all_keys_equal) == ("suspected", False)
    with transaction.atomic():
        [result] = decide_pairs(
            [Choice(pair=pair.pk, note="Two lots.", same_goods=False)], officer=officer, at=AT
        )
    assert result == Changed(id=pair.pk)
    pair.refresh_from_db()
    assert pair.state == "dismissed"


def test_after_arrival_nothing_is_decided_silently() -> None:
    own = assessed(lodged(by(CARRIER, harmless(AT)), AT), AT)
    ConsignmentLife.objects.update(goods="arrived")
    other = assessed(lodged(by(FORWARDER, harmless(AT)), AT), AT)
    compared(own, other)
    assert DualFiling.objects.get().state == "confirmed"
    assert status(other)[0] == "registered"


def test_hits_and_measures_of_the_loser_go_over_to_the_winner(officer: User) -> None:
    loser = assessed(lodged(by(FORWARDER, bananas(AT)), AT), AT)
    hold = placed(loser, officer, AT, kind="hold", reason_code="HLD-04")
    best = assessed(lodged(by(CARRIER, bananas(AT)), AT), AT)
    Case.objects.filter(ens=best).update(status="closed", closed_at=AT)
    compared(best)
    assert status(loser)[0] == "superseded"
    hold.refresh_from_db()
    assert (hold.ens_id, hold.status, hold.reconfirm_since_version) == (best.pk, "in_force", 1)
    assert Case.objects.get(ens=loser).status == "closed"
    case = Case.objects.get(ens=best, status="open")
    assert (case.cause, case.outcome) == ("dual_filing", Case.objects.get(ens=loser).outcome)
    assert not Measure.objects.filter(ens=loser).exists()


def test_a_pair_is_not_there_for_an_officer_of_another_office() -> None:
    pair_of(by(FORWARDER, harmless(AT)), by("NL900000033", harmless(AT)))
    stranger = person(Role.OFFICER, offices=("NL000432",))
    choice = Choice(pair=DualFiling.objects.get().pk, note="Why.")
    with transaction.atomic():
        [result] = decide_pairs([choice], officer=stranger, at=AT)
    assert isinstance(result, Refused)
    assert result.findings[0].code == "not_found"


def test_a_declaration_that_lost_is_in_no_open_pair(officer: User) -> None:
    first, second = pair_of(by(FORWARDER, harmless(AT)), by("NL900000033", harmless(AT)))
    third = assessed(lodged(by("NL900000044", harmless(AT)), AT), AT)
    compared(third)
    assert DualFiling.objects.open().count() == 3
    pair = DualFiling.objects.get(first=first, second=second)
    choice = Choice(pair=pair.pk, winner=second.pk, note="The carrier confirmed.")
    with transaction.atomic():
        decide_pairs([choice], officer=officer, at=AT)
    assert [each.second for each in DualFiling.objects.open()] == [third]


def test_looking_again_finds_nothing_new() -> None:
    first, second = pair_of(by(FORWARDER, harmless(AT)), by("NL900000033", harmless(AT)))
    compared(first, second)
    assert DualFiling.objects.count() == 1
    assert Event.objects.filter(kind="dual_filing.suspected").count() == 2
