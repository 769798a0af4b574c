"""Arrivals matched with declarations: what is expected, what came, what follows."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts.models import Role
from customs_portal.events.models import Event
from declarations.arrivals import Reported
from declarations.document import Document, Means, Party
from declarations.models import Arrival, ArrivalLine, Clock, ConsignmentLife, Ens, Filing, Measure
from declarations.models import SubsequentEntryNotice as Notice
from declarations.services.arrive import Registered, check
from declarations.services.results import Refused
from tests.factories.arrivals import SHIP, arrived, notification, notified
from tests.factories.declarations import OFFICE, harmless, lodged
from tests.factories.measures import in_force_do_not_load, placed
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.messaging.builders import goods_item, minimal_document

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ETA = AT + timedelta(days=5)
UNKNOWN = "26NL000396ABCD56T0"
FOREIGN = "26FR000856ABCD56T0"

pytestmark = pytest.mark.django_db


def goods(ens: Ens) -> list[str]:
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens).order_by("key")
    return [life.goods for life in lives]


def several(count: int, **changes: object) -> Document:
    items = tuple(
        goods_item(number, containers=(f"DMOU{number:07}",)) for number in range(1, count + 1)
    )
    document = harmless(AT, expected_arrival=ETA)
    goods = minimal_document(items)
    return msgspec.structs.replace(
        document, consignments=goods.consignments, total_items=count,
        total_packages=goods.total_packages, **changes,
    )  # fmt: skip


def refusals(result: Registered | Refused) -> list[tuple[str, str, str]]:
    assert isinstance(result, Refused)
    return [(found.code, found.location, found.value) for found in result.findings]


def test_what_the_list_names_arrives_and_the_rest_stays_expected() -> None:
    here, later = (lodged(harmless(AT, expected_arrival=ETA), AT) for _ in range(2))
    arrival = arrived(ETA, Reported(mrn=here.mrn))
    assert (arrival.state, arrival.office, arrival.means) == ("matched", OFFICE, SHIP)
    assert (goods(here), goods(later)) == (["arrived"], ["expected"])
    [line] = arrival.lines.all()
    assert (line.state, line.found_by, line.ens_id, line.hold) == (
        "matched",
        "mrn",
        here.pk,
        "none",
    )
    event = Event.objects.get(kind="arrival.matched")
    assert (event.stream, event.data["arrived"], event.data["consignments"]) == (here.pk, 1, 1)
    live = Clock.objects.filter(ens=here, stopped_at__isnull=True).values_list("kind", flat=True)
    assert set(live) == {"analysis"}


@pytest.mark.parametrize(
    ("mode", "away", "expected"),
    [
        ("1", timedelta(hours=24), "arrived"),
        ("1", timedelta(hours=24, minutes=1), "expected"),
        ("4", timedelta(hours=6), "arrived"),
        ("4", timedelta(hours=6, minutes=1), "expected"),
    ],
)
def test_without_a_list_means_and_time_decide(mode: str, away: timedelta, expected: str) -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA, transport_mode=mode), AT)
    arrived(ETA + away, mode=mode)
    assert goods(ens) == [expected]


def test_without_mrn_documents_and_containers_decide() -> None:
    ens = lodged(several(2), AT)
    arrival = arrived(ETA, Reported(document="BL000001"), Reported(container="DMOU0000002"))
    assert goods(ens) == ["arrived", "arrived"]
    assert {line.ens_id for line in arrival.lines.all()} == {ens.pk}


def test_a_part_arrives_in_part_and_the_rest_may_follow_for_a_week() -> None:
    items = tuple(goods_item(number) for number in (1, 2))
    same = tuple(msgspec.structs.replace(item, documents=items[0].documents) for item in items)
    ens = lodged(
        msgspec.structs.replace(
            harmless(AT, expected_arrival=ETA), consignments=minimal_document(same).consignments
        ),
        AT,
    )
    arrived(ETA, Reported(mrn=ens.mrn, items=(1,)))
    assert goods(ens) == ["partially_arrived"]
    clock = Clock.objects.get(ens=ens, kind="reconciliation", stopped_at__isnull=True)
    assert clock.ends_at == ETA + timedelta(days=7)
    arrived(ETA + timedelta(days=2), Reported(mrn=ens.mrn, items=(1, 2)))
    assert goods(ens) == ["arrived"]


def test_the_same_arrival_is_notified_once() -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    first, second = notified(
        notification(ETA, Reported(mrn=ens.mrn)), notification(ETA, Reported(mrn=ens.mrn))
    )
    assert isinstance(first, Registered)
    assert refusals(second) == [("92", "IMPOPE200[1].MRN", ens.mrn)]
    [third] = notified(notification(ETA))
    assert refusals(third) == [("92", "HEAHEA.UniIdeDivHEA132", SHIP)]
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize("state", ["presented", "under_control", "released", "onward"])
def test_goods_that_are_farther_do_not_arrive_again(state: str) -> None:
    ens, other = (lodged(harmless(AT, expected_arrival=ETA), AT) for _ in range(2))
    ConsignmentLife.objects.filter(filing__membership__ens=ens).update(goods=state)
    [result] = notified(notification(ETA, Reported(mrn=other.mrn), Reported(mrn=ens.mrn)))
    assert refusals(result) == [("92", "IMPOPE200[2].MRN", ens.mrn)]
    assert goods(other) == ["expected"]
    assert not Arrival.objects.exists()


def test_a_diverted_declaration_is_not_ours_any_more() -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    Ens.objects.filter(pk=ens.pk).update(status="diverted")
    [result] = notified(notification(ETA, Reported(mrn=ens.mrn)))
    assert refusals(result) == [("92", "IMPOPE200[1].MRN", ens.mrn)]


@pytest.mark.parametrize("status", ["superseded", "invalidated", "expired"])
def test_an_ended_declaration_is_none_and_its_goods_are_held(status: str) -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    Filing.objects.filter(mrn=ens.mrn).update(status=status)
    [line] = arrived(ETA, Reported(mrn=ens.mrn)).lines.all()
    assert (line.state, line.hold) == ("unmatched", "in_force")


def test_an_unknown_declaration_of_ours_is_held_and_of_another_state_asked_for() -> None:
    lines = arrived(ETA, Reported(mrn=UNKNOWN), Reported(mrn=FOREIGN)).lines.order_by("number")
    assert [(line.state, line.hold) for line in lines] == [
        ("unmatched", "in_force"),
        ("asked", "none"),
    ]
    asked = Event.objects.get(kind="arrival.line_asked")
    assert (asked.data["country"], asked.data["mrns"]) == ("FR", [FOREIGN])
    assert Event.objects.get(kind="arrival.line_held").data["what"] == UNKNOWN


def test_what_is_not_said_to_come_from_outside_an_officer_decides() -> None:
    [line] = arrived(ETA, Reported(container="DMOU9999999", from_outside=False)).lines.all()
    assert (line.state, line.hold) == ("unmatched", "none")


def test_somebody_else_cannot_make_goods_arrive() -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    [line] = arrived(ETA, Reported(mrn=ens.mrn), notified_by="NL222222222").lines.all()
    assert (line.state, goods(ens)) == ("unmatched", ["expected"])
    assert Event.objects.get(kind="arrival.attempted").stream == ens.pk


def test_who_runs_the_ship_tells_of_all_aboard() -> None:
    own = lodged(harmless(AT, expected_arrival=ETA), AT)
    partner = harmless(AT, expected_arrival=ETA, declarant=Party(identifier="NL777777777"))
    other = lodged(partner, AT, sender="NL777777777")
    arrived(ETA, Reported(mrn=own.mrn), Reported(mrn=other.mrn))
    assert (goods(own), goods(other)) == (["arrived"], ["arrived"])


def test_goods_that_were_not_to_be_loaded_are_held_and_controlled() -> None:
    officer = person(Role.OFFICER)
    store_offices_and_reasons()
    ens = lodged(several(2), AT)
    aboard, ashore = (
        in_force_do_not_load(ens, officer, AT, subject="equipment", reference=box)
        for box in ("DMOU0000001", "DMOU0000002")
    )
    arrived(ETA, Reported(mrn=ens.mrn, items=(1,)))
    aboard.refresh_from_db()
    ashore.refresh_from_db()
    assert (aboard.status, ashore.status) == ("breached", "in_force")
    follow = Measure.objects.filter(caused_by=aboard).order_by("pk")
    assert [(each.kind, each.reason_code) for each in follow] == [
        ("hold", "HLD-03"),
        ("control", "CTL-04"),
    ]


def test_recommended_controls_become_due() -> None:
    officer = person(Role.OFFICER)
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    control = placed(ens, officer, AT, kind="control", reason_code="CTL-02", place=OFFICE)
    arrived(ETA, Reported(mrn=ens.mrn))
    control.refresh_from_db()
    assert (control.status, control.control.due_at) == ("recommended", ETA)


def test_an_arrival_at_another_of_our_offices_shows_the_declaration_there() -> None:
    store_offices_and_reasons()
    there = person(Role.OFFICER, offices=("NL000432",))
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    assert not Ens.objects.visible_to(there).exists()
    arrived(ETA, Reported(mrn=ens.mrn), office="NL000432", intended_office=False)
    there = type(there).objects.get(pk=there.pk)
    assert list(Ens.objects.visible_to(there)) == [ens]


def test_an_expected_notice_of_subsequent_entry_arrives() -> None:
    ens = lodged(harmless(AT, expected_arrival=ETA), AT)
    notice = Notice.objects.create(
        ens=ens, office=OFFICE, version=1, result_code="B", informed_at=AT
    )
    arrived(ETA, Reported(mrn=ens.mrn))
    notice.refresh_from_db()
    assert (notice.state, notice.arrived_at) == ("arrived", ETA)


def test_an_arrival_of_999_declarations_asks_the_database_no_more_often() -> None:
    def asked(count: int) -> int:
        when = ETA + timedelta(days=count)
        ship = f"SHIP {count}"
        mrns = [
            lodged(harmless(AT, expected_arrival=when, means=Means(identification=ship)), AT).mrn
            for _ in range(count)
        ]
        unknown = [f"26NL{number:013}0" for number in range(999 - count)] if count > 3 else []
        lines = [Reported(mrn=mrn) for mrn in (*mrns, *unknown)]
        with CaptureQueriesContext(connection) as queries:
            arrived(when, *lines, means=ship)
        return len(queries)

    assert asked(30) <= asked(3) + 4
    assert ArrivalLine.objects.count() == 999 + 3


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"office": "BE101000"}, ["14"]),
        ({"arrived_at": ETA + timedelta(hours=1)}, ["12"]),
        ({"means": ""}, ["13"]),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_looked_up(
    changes: dict[str, object], codes: list[str]
) -> None:
    found = check(notification(ETA, **changes), [OFFICE])
    assert [finding.code for finding in found] == codes
