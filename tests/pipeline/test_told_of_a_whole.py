"""What is told of a measure on linked filings: to whose goods it is about, in the terms of each."""

import json
from typing import Any

import pytest
from django.db import transaction
from lxml import etree

from customs_portal.accounts.models import Operator, User
from customs_portal.clock import now
from customs_portal.events import advance
from customs_portal.pages.reads.measures import preview
from customs_portal.pages.reads.sendings import of_conclusion
from customs_portal.pages.reads.trader_measures import instructions_of
from declarations.models import Filing, Measure
from declarations.subjects import current_document
from messaging.formats.ics2.examples import content
from messaging.models import OutboundMessage
from messaging.reads import raw_body
from risk.models import Case
from risk.services import DecisionOrder, Refused, decide, sign
from tests.messaging.formats.ics2.breaking import children
from tests.pipeline.conftest import LODGER, operator, publish
from tests.pipeline.test_air import CARRIER, asked, at_office, decided
from tests.pipeline.test_filings import TILES, assert_invariants, name, sent, text
from tests.pipeline.test_goods_of_ics2 import appointed, ordered
from tests.pipeline.test_linking import (
    FORWARDER,
    OWNER,
    ens_of,
    house,
    lodged,
    naming,
    received_by,
)
from tests.pipeline.test_means_arrivals import arrival

BOX, OTHER_BOX = "CSQU3054383", "MSKU0000006"
OTHER = [{"documentNumber": "NGBRTM2611002", "type": "N714"}]


def boxed(node: Any, *boxes: str) -> dict[str, Any]:
    """Return a consignment of an example in containers of these numbers."""
    [master] = said_in_full()
    [equipment] = master["transportEquipment"]
    return {
        **node,
        "containerIndicator": "1",
        "transportEquipment": [
            {**equipment, "containerIdentificationNumber": number} for number in boxes
        ],
    }


def said_in_full() -> Any:
    return content("IE3F12", "full")["consignmentMasterLevel"]


def other_house(kind: str, *boxes: str) -> Any:
    [master] = naming("F14", OWNER) if kind == "F14" else house(kind)
    [own] = master["consignmentHouseLevel"]
    own = {**own, "transportDocumentHouseLevel": OTHER}
    own = boxed(own, *boxes) if boxes else own
    return [{**master, "consignmentHouseLevel": [own]}]


@pytest.fixture
def mrns(lodger: str) -> dict[str, str]:
    """Lodge a master with two houses of a forwarder, of which one has a filing below it."""
    publish(("TST-01", TILES))
    forwarder, owner = operator(FORWARDER), operator(OWNER)
    operator(CARRIER)
    [master] = naming("F12", FORWARDER)
    [own] = house("F15")[0]["consignmentHouseLevel"]
    nodes = {
        "F15": [{**house("F15")[0], "consignmentHouseLevel": [boxed(own, BOX)]}],
        "F14": other_house("F14", OTHER_BOX),
        "F16": other_house("F16"),
    }
    top = [boxed(master, BOX, OTHER_BOX)]
    return {
        "F12": lodged(lodger, "F12", LODGER, "M-1", consignmentMasterLevel=top),
        "F15": lodged(forwarder, "F15", FORWARDER, "H-1", consignmentMasterLevel=nodes["F15"]),
        "F14": lodged(forwarder, "F14", FORWARDER, "H-2", consignmentMasterLevel=nodes["F14"]),
        "F16": lodged(owner, "F16", OWNER, "L-1", consignmentMasterLevel=nodes["F16"]),
    }


def told_under(kind: str) -> set[tuple[str, str]]:
    return set(OutboundMessage.objects.filter(kind=kind).values_list("recipient", "mrn"))


def on_the_page(mrn: str, *eoris: str) -> list[str]:
    filing = Filing.objects.get(mrn=mrn)
    return [each.subject for each in instructions_of(filing, frozenset(eoris), now())]


def test_not_loading_one_house_is_told_to_its_own_filer(
    mrns: dict[str, str], officer: User
) -> None:
    ens = ens_of(mrns["F16"])
    assert ens.mrn == mrns["F12"]
    case = Case.objects.open().get()
    assert (case.ens, ens.members.count()) == (ens, 4)
    order: dict[str, Any] = {"verb": "do_not_load", "subject": "equipment", "reference": BOX}
    decided(case, officer, reason_code="DNL-01", announce=True, **order)
    expected = {
        (LODGER, mrns["F12"]), (FORWARDER, mrns["F15"]), (CARRIER, mrns["F12"])
    }  # fmt: skip
    foreseen = preview(ens, "equipment", BOX, now())
    assert {(each.to, each.says.partition(":")[0]) for each in foreseen} == expected
    with transaction.atomic():
        sign([case.pk], officer=at_office("second", "NL000396"), at=now())
    advance.drain(at=now())
    assert told_under("IE3Q01") == expected
    [instruction] = received_by(FORWARDER, "IE3Q01")
    assert text(instruction, "MRN") == mrns["F15"]
    details = children(instruction, "doNotLoadDetails")[0]
    assert text(details, "transportEquipment/containerIdentificationNumber") == BOX
    assert OTHER_BOX.encode() not in etree.tostring(instruction)
    seen = {kind: on_the_page(mrn, LODGER, FORWARDER, OWNER) for kind, mrn in mrns.items()}
    subject = [f"Container {BOX}"]
    assert seen == {"F12": subject, "F15": subject, "F14": [], "F16": []}
    assert_invariants()


@pytest.mark.parametrize(
    ("subject", "which", "expected"),
    [
        ("item", "2", {("F14", FORWARDER, "1")}),
        ("consignment", "N714/NGBRTM2611002",
         {("F14", FORWARDER, "N714/NGBRTM2611002"), ("F16", OWNER, "N714/NGBRTM2611002")}),
        ("declaration", "",
         {("F12", LODGER, ""), ("F15", FORWARDER, ""), ("F14", FORWARDER, ""),
          ("F16", OWNER, "")}),
    ],
)  # fmt: skip
def test_goods_held_are_named_as_each_filing_names_them(
    mrns: dict[str, str],
    officer: User,
    subject: str,
    which: str,
    expected: set[tuple[str, str, str]],
) -> None:
    ens = ens_of(mrns["F12"])
    assert [item.number for item in current_document(ens).items()] == [1, 2]
    complete = of_conclusion(ens, current_document(ens), now())
    order: dict[str, Any] = {"verb": "hold", "subject": subject, "reference": which}
    decided(Case.objects.open().get(), officer, reason_code="HLD-01", announce=True, **order)
    notices = OutboundMessage.objects.filter(kind="NOTICE").order_by("pk")
    bodies = [(each, json.loads(raw_body(each))) for each in notices]
    kinds = {mrn: kind for kind, mrn in mrns.items()}
    assert {body["mrn"] for each, body in bodies} == {each.mrn for each, _body in bodies}
    assert {
        (kinds[each.mrn], each.recipient, body.get("reference", ""))
        for each, body in bodies
        if each.recipient != CARRIER
    } == expected
    assert len([each for each in notices if each.recipient == CARRIER]) == 1
    assert {(each.to, each.says.partition(":")[0]) for each in complete} == {
        (LODGER, mrns["F12"]),
        (FORWARDER, mrns["F15"]),
        (FORWARDER, mrns["F14"]),
        (OWNER, mrns["F16"]),
    }
    assert told_under("IE3N03") == {(each.to, each.says.partition(":")[0]) for each in complete}
    assert not of_conclusion(ens, current_document(ens), now())
    assert_invariants()


def test_a_control_of_everything_names_to_each_filer_its_own_goods(
    lodger: str, mrns: dict[str, str], officer: User
) -> None:
    order: dict[str, Any] = {"verb": "control", "place": "NL000396"}
    decided(Case.objects.open().get(), officer, reason_code="CTL-02", **order)
    assert name(sent(lodger, arrival(*mrns.values()))) == "IE3R04"
    control = ordered(officer, Measure.objects.get(kind="control"))
    assert appointed(control, officer, "announce") == ""
    assert told_under("IE3N08") == {
        (LODGER, mrns["F12"]),
        (FORWARDER, mrns["F15"]),
        (FORWARDER, mrns["F14"]),
        (OWNER, mrns["F16"]),
    }
    first, second = received_by(FORWARDER, "IE3N08")
    assert (text(first, "MRN"), text(second, "MRN")) == (mrns["F15"], mrns["F14"])
    bodies = [etree.tostring(each) for each in (first, second)]
    assert [b"NGBRTM2611001" in body for body in bodies] == [True, False]
    assert [b"NGBRTM2611002" in body for body in bodies] == [False, True]
    assert_invariants()


@pytest.mark.parametrize(
    ("authorised", "expected"),
    [
        ((LODGER, FORWARDER, OWNER),
         {(LODGER, "F12"), (FORWARDER, "F15"), (FORWARDER, "F14"), (OWNER, "F16")}),
        ((FORWARDER,), {(FORWARDER, "F15"), (FORWARDER, "F14")}),
    ],
)  # fmt: skip
def test_each_authorised_filer_is_told_of_a_control_in_advance_of_its_filings(
    mrns: dict[str, str], officer: User, authorised: tuple[str, ...], expected: set[Any]
) -> None:
    Operator.objects.filter(eori__in=authorised).update(aeo="AEOS", aeo_number="NLAEOS1")
    order: dict[str, Any] = {"verb": "control", "place": "NL000396"}
    decided(Case.objects.open().get(), officer, reason_code="CTL-02", **order)
    control = ordered(officer, Measure.objects.get(kind="control"))
    assert appointed(control, officer, "forewarn") == ""
    assert told_under("IE3N09") == {(eori, mrns[kind]) for eori, kind in expected}
    assert_invariants()


def test_a_question_goes_to_the_filer_of_what_it_points_to(
    mrns: dict[str, str], officer: User
) -> None:
    case = Case.objects.open().get()
    place = "consignmentMasterLevel/consignmentHouseLevel[1]/consignee"
    below, above = (f"/IE3{kind}/{place}" for kind in ("F16", "F15"))
    question = asked(case, officer, "rfi", elements=(below,))
    assert (question.addressee, question.filing.mrn) == (OWNER, mrns["F16"])
    about: dict[str, Any] = {"subject": "consignment", "reference": "N714/NGBRTM2611001"}
    assert asked(case, officer, "rfi", elements=(above,), **about).addressee == FORWARDER
    for elements, more in (((below, above), {}), ((below,), about)):
        case.refresh_from_db()
        order = DecisionOrder(
            case=case.pk, revision=case.revision, verb="rfi", reason_code="RFI-01",
            question="Who?", elements=elements, **more,
        )  # fmt: skip
        with transaction.atomic():
            [result] = decide([order], officer=officer, at=now())
        assert isinstance(result, Refused)
        assert [finding.location for finding in result.findings] == ["elements"]
    assert_invariants()
