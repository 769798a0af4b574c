"""Goods of ICS2 from arrival to release: control told by IE3N08 and IE3N09, state by IE3R08."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from customs_portal.accounts.models import Operator, Role, User
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.models import Arrival, Clock, ConsignmentLife, Ens, Filing, Measure
from declarations.services import controls
from declarations.services.goods import GoodsOrder, present, release, revoke_presentation
from declarations.services.results import Changed, Refused
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import content
from messaging.models import OutboundMessage
from tests.factories.measures import in_force_do_not_load, placed
from tests.factories.people import person
from tests.messaging.formats.ics2.breaking import children
from tests.pipeline.conftest import AT, CARRIER, LODGER, operator, publish
from tests.pipeline.test_filings import TILES, amendment, name, said, sent, text
from tests.pipeline.test_linking import FORWARDER, lodged
from tests.pipeline.test_main_job import decided, drain
from tests.pipeline.test_means_arrivals import (
    arrival,
    assert_invariants,
    by_air,
    filed,
    goods,
    means,
    notices,
)

SHIP_AGENT = "NL555555555"


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", TILES))


def done(verb: Callable[..., list[Changed | Refused]], *wanted: Any, by: User) -> Changed | Refused:
    with transaction.atomic():
        [result] = verb(list(wanted), officer=by, at=AT)
    drain()
    return result


def on_goods(verb: Callable[..., list[Changed | Refused]], ens: Ens, by: User) -> str:
    """Return how it went with the only consignment of an ENS: empty, or the code of the refusal."""
    life = ConsignmentLife.objects.get(filing__membership__ens=ens)
    result = done(verb, GoodsOrder(consignment=life.pk, reason_code="REL-01"), by=by)
    return result.findings[0].code if isinstance(result, Refused) else ""


def recommended(officer: User, **subject: str) -> Measure:
    decided(officer, verb="control", reason_code="CTL-02", place="NL000396", **subject)
    return Measure.objects.get(kind="control")


def ordered(officer: User, control: Measure | None = None) -> Measure:
    control = control or recommended(officer)
    order = controls.ControlOrder(
        measure=control.pk,
        version=Ens.objects.get(pk=control.ens_id).version,
        type="CTL-02",
        objects="Box",
        note="Mass.",
    )
    assert done(controls.order_controls, order, by=officer) == Changed(id=control.pk)
    return control


def appointed(control: Measure, officer: User, how: str) -> str:
    wanted = controls.Appointment(
        measure=control.pk,
        scheduled_at=AT + timedelta(hours=4),
        location="Scan, lane 2",
        to_present="The box",
        announce=how == "announce",
        forewarn=how == "forewarn",
    )
    result = done(controls.schedule_controls, wanted, by=officer)
    return result.findings[0].code if isinstance(result, Refused) else ""


def state(token: str, mrn: str) -> list[str]:
    body = write(
        "IE3Q05",
        {
            "functionalReference": f"Q-{OutboundMessage.objects.count()}",
            "dataRequest": "0",
            "MRN": mrn,
            "requester": [{"identificationNumber": LODGER}],
        },
    )
    return [text(one, "state") for one in children(sent(token, body), "ENSEntity")]


def shown(client: Client, ens: Ens) -> str:
    """Return the status on the page of the trader."""
    page = client.get(f"/filings/{Filing.objects.get(mrn=ens.mrn).pk}/")
    status: str = page.context["filing"].row.status.words
    return status


@pytest.mark.parametrize("kind", ["F11", "F20"])
def test_goods_arrive_are_controlled_and_released(
    lodger: str, officer: User, client: Client, kind: str
) -> None:
    client.force_login(person(Role.TRADER, operators=(LODGER,)))
    ens = filed(lodger, kind)
    by_ship = kind == "F11"
    if not by_ship:
        decided(officer, verb="no_further_action", reason_code="NFA-01")
    changes: Any = {} if by_ship else {"activeBorderTransportMeans": by_air()}
    operator(SHIP_AGENT)
    assert on_goods(present, ens, officer) == "state"
    party = said("IE3N06")["personNotifyingTheArrival"][0] | {"identificationNumber": SHIP_AGENT}
    assert name(sent(lodger, arrival(notifyParty=[party], **changes))) == "IE3R04"
    assert state(lodger, ens.mrn)[-1] == "19"
    assert state(lodger, Arrival.objects.get().mrn or "") == ["01"]
    assert shown(client, ens) == "Arrived"

    assert on_goods(present, ens, officer) == ""
    assert on_goods(revoke_presentation, ens, officer) == ""
    assert on_goods(present, ens, officer) == ""
    assert state(lodger, ens.mrn)[-1] == "21"
    assert shown(client, ens) == "Presented"
    control = ordered(officer)
    assert goods(ens) == ["under_control"]
    assert not notices("IE3N08")
    assert shown(client, ens) == "Presented"
    assert on_goods(revoke_presentation, ens, officer) == "state"
    assert on_goods(release, ens, officer) == "open_measure"

    assert appointed(control, officer, "announce") == ""
    told = notices("IE3N08")
    assert shown(client, ens) == "Control ordered"
    assert set(told) == {LODGER, SHIP_AGENT}
    own = told[LODGER]
    assert f"<MRN>{ens.mrn}<" in own
    assert "<placeOfExamination>Scan, lane 2<" in own
    assert f"<scheduledControlDate>{AT + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}<" in own
    assert "<goodsItemNumber>1<" in own
    house = "NGBRTM2611001" if by_ship else "HAWB2611001"
    assert f"<documentNumber>{house}<" in own
    assert f"<personNotifyingTheArrival>\n  <identificationNumber>{LODGER}<" in own
    assert f"<notifyParty>\n  <identificationNumber>{SHIP_AGENT}<" in told[SHIP_AGENT]
    json = OutboundMessage.objects.filter(kind="NOTICE").values_list("recipient", flat=True)
    assert list(json) == ([] if by_ship else [LODGER])

    assert done(controls.start_controls, control.pk, by=officer) == Changed(id=control.pk)
    result = controls.ControlResult(
        measure=control.pk, result_code="RES-01", method="Scanned", finding="As declared"
    )
    assert done(controls.record_results, result, by=officer) == Changed(id=control.pk)
    assert on_goods(release, ens, officer) == ""
    assert goods(ens) == ["released"]
    assert shown(client, ens) == "Released for further treatment"
    assert_invariants()


@pytest.mark.parametrize("reason", ["CTL-02", "CTL-08"])
def test_a_control_decided_before_arrival_is_told_when_the_goods_are_here(
    lodger: str, officer: User, reason: str
) -> None:
    ens = filed(lodger, "F11")
    decided(officer, verb="control", reason_code=reason, place="NL000396", announce=True)
    control = Measure.objects.get()
    assert control.announced_at is None
    untold = OutboundMessage.objects.exclude(kind__in=("IE3R01", "IE3N03"))
    assert not untold.exists()
    sent(lodger, arrival(ens.mrn))
    assert appointed(ordered(officer, control), officer, "announce") == ""
    assert set(notices("IE3N08")) == {LODGER}
    assert_invariants()


def test_before_arrival_only_an_authorised_operator_is_told(lodger: str, officer: User) -> None:
    operator(CARRIER)
    ens = filed(lodger, "F11")
    control = ordered(officer)
    assert appointed(control, officer, "announce") == "announce"
    assert appointed(control, officer, "forewarn") == "announce"
    Operator.objects.filter(eori=LODGER).update(aeo="AEOS", aeo_number="NLAEOS1")
    assert appointed(control, officer, "forewarn") == ""
    assert set(notices("IE3N09")) == {LODGER}
    assert not notices("IE3N08")
    assert not Measure.objects.filter(pk=control.pk, announced_at__isnull=False).exists()

    sent(lodger, arrival(ens.mrn))
    assert set(notices("IE3N08")) == {LODGER}
    assert Measure.objects.filter(pk=control.pk, announced_at__isnull=False).exists()
    assert_invariants()


def test_a_control_that_nobody_was_told_of_stays_secret_on_arrival(
    lodger: str, officer: User
) -> None:
    ens = filed(lodger, "F11")
    control = ordered(officer)
    assert appointed(control, officer, "keep") == ""
    sent(lodger, arrival(ens.mrn))
    kinds = set(OutboundMessage.objects.values_list("kind", flat=True))
    assert kinds == {"IE3R01", "IE3N03", "IE3R04"}


@pytest.mark.parametrize(
    ("kind", "subject", "key", "named"),
    [
        ("F11", "item", "1", "<goodsItemNumber>1<"),
        ("F11", "consignment", "N714/NGBRTM2611001", "<documentNumber>NGBRTM2611001<"),
        ("F12", "declaration", "", "<goodsItemNumber>1<"),
        ("F45", "declaration", "", "<receptacleIdentificationNumber>CNPVGANLAMSAAUN60001001001234"),
        (
            "F45",
            "equipment",
            "CNPVGANLAMSAAUN60001001001234",
            "<receptacleIdentificationNumber>CNPVGANLAMSAAUN60001001001234",
        ),
    ],
)
def test_the_objects_of_a_control_are_named(
    lodger: str, officer: User, kind: str, subject: str, key: str, named: str
) -> None:
    ens = filed(lodger, kind)
    sent(lodger, arrival())
    control = placed(
        ens, officer, AT, kind="control", reason_code="CTL-02", place="NL000396",
        subject=subject, reference=key,
    )  # fmt: skip
    ordered(officer, control)
    assert appointed(control, officer, "announce") == ""
    assert named in notices("IE3N08")[LODGER]


def test_a_container_is_named(lodger: str, officer: User) -> None:
    boxed = content("IE3F11", "full")["consignmentMasterLevel"]
    ens = filed(lodger, "F11", consignmentMasterLevel=boxed)
    sent(lodger, arrival(ens.mrn))
    control = ordered(officer, recommended(officer, subject="equipment", reference="CSQU3054383"))
    assert appointed(control, officer, "announce") == ""
    assert "<containerIdentificationNumber>CSQU3054383<" in notices("IE3N08")[LODGER]


def test_goods_not_to_be_loaded_that_came_raise_the_alarm(lodger: str, officer: User) -> None:
    ens = filed(lodger, "F11")
    ens.refresh_from_db()
    order = in_force_do_not_load(ens, officer, AT)
    sent(lodger, arrival(ens.mrn))
    advance.drain(at=AT)
    order.refresh_from_db()
    assert order.status == "breached"
    kinds = set(Measure.objects.filter(caused_by=order).values_list("kind", flat=True))
    assert kinds == {"hold", "control"}


@pytest.fixture
def linked(lodger: str) -> tuple[Ens, str]:
    """A master with a house that another filed, and the MRN of the house."""
    master = filed(lodger, "F12", "M-1")
    house = lodged(operator(FORWARDER), "F15", FORWARDER, "H-1")
    assert goods(master) == ["expected", "expected"]
    return master, house


def test_a_linked_house_arrives_with_its_master_and_its_filer_is_told_of_its_control(
    lodger: str, officer: User, linked: tuple[Ens, str]
) -> None:
    master, house = linked
    assert name(sent(lodger, arrival())) == "IE3R04"
    assert goods(master) == ["arrived", "arrived"]
    assert not notices("IE3N07")
    assert not Clock.objects.filter(kind="validity", stopped_at__isnull=True).exists()
    control = recommended(officer, subject="consignment", reference="N714/NGBRTM2611001")
    assert appointed(ordered(officer, control), officer, "announce") == ""
    told = notices("IE3N08")
    assert set(told) == {LODGER, FORWARDER}
    assert f"<MRN>{house}<" in told[FORWARDER]
    assert f"<identificationNumber>{FORWARDER}<" in told[FORWARDER]
    done(controls.start_controls, control.pk, by=officer)
    result = controls.ControlResult(
        measure=control.pk, result_code="RES-01", method="Scanned", finding="As declared"
    )
    done(controls.record_results, result, by=officer)
    own = ConsignmentLife.objects.get(filing__mrn=house)
    for verb in (present, release):
        order = GoodsOrder(consignment=own.pk, reason_code="REL-01")
        assert done(verb, order, by=officer) == Changed(id=own.pk)
    assert goods(master) == ["arrived", "released"]
    [event] = Event.objects.filter(kind="consignment.released")
    notice = OutboundMessage.objects.get(event_id=event.pk)
    assert (notice.recipient, notice.mrn) == (FORWARDER, house)
    assert_invariants()


def test_a_linked_house_that_is_named_arrives_alone(lodger: str, linked: tuple[Ens, str]) -> None:
    master, house = linked
    assert name(sent(lodger, arrival(house))) == "IE3R04"
    assert sorted(goods(master)) == ["arrived", "expected"]
    lives = ConsignmentLife.objects.filter(filing__mrn=house)
    assert list(lives.values_list("goods", flat=True)) == ["arrived"]
    assert_invariants()


@pytest.fixture
def arrived_without(lodger: str) -> Ens:
    """A master whose goods are here while its house is not filed."""
    master = filed(lodger, "F12", "M-1")
    assert name(sent(lodger, arrival())) == "IE3R04"
    assert goods(master) == ["arrived"]
    return master


def late_house() -> ConsignmentLife:
    mrn = lodged(operator(FORWARDER), "F15", FORWARDER, "H-1")
    return ConsignmentLife.objects.get(filing__mrn=mrn)


def test_a_house_linked_after_its_master_arrived_is_here_too(arrived_without: Ens) -> None:
    assert late_house().goods == "arrived"
    [first, late] = Event.objects.filter(kind="arrival.matched").order_by("pk")
    assert (first.data["arrived"], late.data["arrived"], late.data["consignments"]) == (1, 1, 2)
    assert late.stream == arrived_without.pk
    live = Clock.objects.filter(stopped_at=None).values_list("kind", flat=True)
    assert not {"arrival", "reconciliation", "validity"} & set(live)
    assert_invariants()


@pytest.mark.parametrize("released", [False, True])
def test_a_house_linked_after_its_master_was_presented_is_presented_and_not_released(
    arrived_without: Ens, officer: User, released: bool
) -> None:
    assert on_goods(present, arrived_without, officer) == ""
    if released:
        ConsignmentLife.objects.update(goods="released")
    own = late_house()
    assert own.goods == "presented"
    [_master, late] = Event.objects.filter(kind="consignment.presented").order_by("pk")
    assert (late.data["consignment"], late.actor_id) == (own.pk, None)


def test_a_house_that_must_not_be_loaded_does_not_follow_its_master(
    arrived_without: Ens, officer: User
) -> None:
    reference = "N714/NGBRTM2611001"
    order = in_force_do_not_load(
        arrived_without, officer, AT, subject="consignment", reference=reference
    )
    assert late_house().goods == "expected"
    order.refresh_from_db()
    assert order.status == "in_force"


def test_a_house_waits_where_its_master_is_still_expected(lodger: str) -> None:
    filed(lodger, "F12", "M-1")
    assert late_house().goods == "expected"
    assert not Event.objects.filter(kind="arrival.matched").exists()


def test_an_amendment_after_arrival_begins_no_clock_of_it_again(lodger: str) -> None:
    ens = filed(lodger, "F11")
    sent(lodger, arrival(ens.mrn))
    changed = amendment("F11", ens.mrn, activeBorderTransportMeans=means("IE3F11"))
    assert name(sent(lodger, changed)) == "IE3N10"
    live = Clock.objects.filter(ens=ens, stopped_at__isnull=True).values_list("kind", flat=True)
    assert not {"arrival", "reconciliation", "validity"} & set(live)
