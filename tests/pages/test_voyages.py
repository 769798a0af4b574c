"""Voyages, reconciliation, dual filings, infringements and subsequent entry on their pages."""

import json
from datetime import datetime, timedelta

import msgspec
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from customs_portal.accounts.models import AccessLog, Role, User
from customs_portal.events import advance
from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from customs_portal.pages.exports import harmless as harmless_cell
from declarations.arrivals import Reported
from declarations.document import Consignment, Party
from declarations.events import ARRIVAL_LINE_HELD
from declarations.models import (
    ArrivalLine,
    ConsignmentLife,
    DualFiling,
    Ens,
    Filing,
    Infringement,
    Measure,
    SubsequentEntryNotice,
)
from declarations.services.infringements import find_infringements
from messaging.models import OutboundMessage, PortSystem
from messaging.reads import raw_body
from risk.models import Case
from risk.services.dual_filing import compare_filings
from tests.factories.arrivals import SHIP, arrived
from tests.factories.declarations import (
    OFFICE,
    assessed,
    bananas,
    case_of,
    harmless,
    lodged,
    rejected,
)
from tests.factories.people import operator, person
from tests.messaging.builders import goods_item, minimal_document


def address(ens: Ens) -> str:
    day = timezone.localtime(ens.expected_arrival, timezone.get_fixed_timezone(60)).date()
    return f"/voyages/1/{SHIP}/{day}/"


def text_of(client: Client, path: str, **query: str) -> str:
    page = client.get(path, query)
    assert page.status_code == 200, path
    return page.content.decode()


def test_a_voyage_shows_what_came_what_did_not_and_what_nobody_declared(
    desk: Client, at: datetime
) -> None:
    here, missing = (lodged(harmless(at, expected_arrival=at), at) for _ in range(2))
    arrived(at, Reported(mrn=here.mrn), Reported(mrn="26NL00039600S12AA6"))
    text = text_of(desk, address(here))
    assert "2 declarations: 1 expected, 1 arrived, 0 not arrived." in text
    assert "1 undeclared" in text
    assert "26NL00039600S12AA6" in text
    assert missing.mrn in text
    day = address(here).split("/")[-2]
    assert SHIP in text_of(desk, "/voyages/", day=day)
    assert SHIP not in text_of(desk, "/voyages/", day=day, office="NL000432")


def test_a_voyage_of_another_office_is_empty(at: datetime) -> None:
    ens = lodged(harmless(at), at)
    client = Client()
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert ens.mrn not in text_of(client, address(ens))


@pytest.mark.parametrize("path", ["/voyages/1/X/never/", "/voyages/77/X/2026-11-22/"])
def test_what_is_no_voyage_is_not_there(desk: Client, path: str) -> None:
    assert desk.get(path).status_code == 404


def test_no_further_action_in_bulk_is_shown_before_it_is_done(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    data = {
        "ens": str(case.ens_id),
        f"revision-{case.pk}": str(case.revision),
        "reason_code": "NFA-01",
        "note": "Weekly trade.",
    }
    path = f"{address(case.ens)}close/"
    preview = desk.post(path, data)
    assert "These cases end." in preview.content.decode()
    assert Case.objects.get(pk=case.pk).status == "open"
    done = desk.post(path, data | {"confirm": "1"}, follow=True)
    assert "1 case is closed." in done.content.decode()
    assert Case.objects.get(pk=case.pk).status == "closed"


def test_release_in_bulk_is_shown_before_it_is_done(desk: Client, at: datetime) -> None:
    presented, expected = (assessed(lodged(harmless(at), at), at) for _ in range(2))
    ConsignmentLife.objects.filter(filing__mrn=presented.mrn).update(goods="presented")
    path = f"{address(presented)}release/"
    data = {"ens": [str(presented.pk), str(expected.pk)]}
    assert presented.mrn in desk.post(path, data).content.decode()
    assert desk.post(path, data | {"confirm": "1", "note": ""}).status_code == 422
    sent = data | {"confirm": "1", "reason_code": "REL-01", "note": "Nothing open."}
    page = desk.post(path, sent, follow=True).content.decode()
    assert "1 consignment is released." in page
    goods = ConsignmentLife.objects.values_list("filing__mrn", "goods")
    assert dict(goods) == {presented.mrn: "released", expected.mrn: "expected"}


def test_a_case_that_changed_meanwhile_is_not_closed(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    data = {
        "ens": str(case.ens_id), f"revision-{case.pk}": "99", "reason_code": "NFA-01",
        "note": "Weekly trade.", "confirm": "1",
    }  # fmt: skip
    desk.post(f"{address(case.ens)}close/", data)
    assert Case.objects.get(pk=case.pk).status == "open"


def test_an_officer_waives_what_needs_no_declaration(desk: Client, at: datetime) -> None:
    [line] = arrived(at, Reported(container="DMOU1000117")).lines.all()
    path = f"/voyages/lines/{line.pk}/settle/"
    desk.post(path, {"waiver": "empty_container", "reason": ""})
    assert ArrivalLine.objects.get().hold == "in_force"
    page = desk.post(path, {"waiver": "empty_container", "reason": "Empty."}, follow=True)
    assert "No declaration needed" in page.content.decode()
    assert (ArrivalLine.objects.get().state, ArrivalLine.objects.get().hold) == ("waived", "lifted")


def test_the_terminal_is_told_of_undeclared_goods_and_its_receipt_is_shown(
    desk: Client, at: datetime
) -> None:
    means = arrived(at, Reported(container="DMOU1000101"), Reported(container="DMOU1000117"))
    held, empty = means.lines.order_by("number")
    page = f"/voyages/1/{SHIP}/{timezone.localtime(at).date()}/"
    advance.drain(at=at)
    assert "Tell the terminal by telephone." in text_of(desk, page)
    assert Event.objects.filter(kind="terminal.unknown", data__line=held.pk).count() == 1
    PortSystem.objects.create(name="Terminal", location="NLRTM", operator=operator("NL777777777"))
    with transaction.atomic():
        record_many([again(each) for each in Event.objects.filter(kind="arrival.line_held")])
    desk.post(f"/voyages/lines/{empty.pk}/settle/", {"waiver": "empty_container", "reason": "Own."})
    ens = lodged(harmless(at, expected_arrival=at, consignments=boxed("DMOU1000101")), at)
    advance.drain()
    told = OutboundMessage.objects.filter(channel="terminal").order_by("pk")
    bodies = [json.loads(raw_body(each)) for each in told]
    assert [(each["action"], each["reference"]) for each in bodies] == [
        ("block", f"L{held.pk}"),
        ("block", f"L{empty.pk}"),
        ("unblock", f"L{empty.pk}"),
        ("block", f"H{Measure.objects.get(ens=ens).pk}"),
        ("unblock", f"L{held.pk}"),
    ]
    assert {tuple(each["containers"]) for each in bodies[:2]} == {
        ("DMOU1000101",),
        ("DMOU1000117",),
    }


def again(event: Event) -> NewEvent:
    return NewEvent(kind=ARRIVAL_LINE_HELD, at=event.at, data=event.data)


def boxed(container: str) -> tuple[Consignment, ...]:
    return minimal_document((goods_item(containers=(container,)),)).consignments


def test_who_has_not_collected_the_instruction_is_named(desk: Client, at: datetime) -> None:
    PortSystem.objects.create(name="Terminal", location="NLRTM", operator=operator("NL777777777"))
    arrived(at, Reported(container="DMOU1000101"))
    page = f"/voyages/1/{SHIP}/{timezone.localtime(at).date()}/"
    advance.drain()
    assert "Not collected by NL777777777." in text_of(desk, page)
    OutboundMessage.objects.update(state="delivered")
    assert "Terminal told: NL777777777." in text_of(desk, page)


def test_the_report_of_an_office_counts_and_the_file_holds_no_formula(
    desk: Client, at: datetime
) -> None:
    document = harmless(at, expected_arrival=at, declarant=Party(identifier="NL123456789"))
    ens = lodged(msgspec.structs.replace(document, lrn="=1+1"), at)
    arrived(at, Reported(mrn=ens.mrn), Reported(container="DMOU1000117"))
    assert ens.mrn in text_of(desk, "/reconciliation/")
    page = desk.get("/reconciliation/", {"csv": "1"})
    assert page["Content-Type"].startswith("text/csv")
    lines = page.content.decode().splitlines()
    assert lines[0].startswith("# title,Reconciliation")
    heading, first, second, digest = lines[5:]
    assert heading.startswith("MRN,reference,declarant")
    assert f"{ens.mrn},'=1+1,NL123456789" in first
    assert "DMOU1000117" in second
    assert digest.startswith("# sha256,")


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=A1", "'=A1"), ("+1", "'+1"), ("@x", "'@x"), ("\tx", "'\tx"), ("a=1", "a=1")],
)
def test_a_cell_is_never_a_formula(cell: str, safe: str) -> None:
    assert harmless_cell(cell) == safe


def test_a_trader_sees_own_filings_only(trader_desk: Client, at: datetime) -> None:
    own = lodged(harmless(at, expected_arrival=at), at)
    foreign = harmless(at, expected_arrival=at, declarant=Party(identifier="NL222222222"))
    other = lodged(foreign, at, sender="NL222222222")
    arrived(at, Reported(container="DMOU1000117"))
    text = text_of(trader_desk, "/reconciliation/")
    assert own.mrn in text
    assert other.mrn not in text
    assert "DMOU1000117" not in text


def test_an_officer_decides_a_pair(desk: Client, at: datetime) -> None:
    both = [
        assessed(
            lodged(
                harmless(
                    at, declarant=Party(identifier=eori), carrier=Party(identifier="NL900000011")
                ),
                at,
            ),
            at,
        )
        for eori in ("NL900000022", "NL900000033")
    ]
    with transaction.atomic():
        compare_filings([ens.pk for ens in both], at=at)
    pair = DualFiling.objects.get()
    assert both[0].mrn in text_of(desk, "/dual-filings/")
    path = f"/dual-filings/{pair.pk}/"
    assert "NL900000022" in text_of(desk, path)
    assert desk.post(path, {"winner": str(both[1].pk), "note": ""}).status_code == 422
    desk.post(path, {"winner": str(both[1].pk), "note": "The carrier says so."})
    assert Filing.objects.get(mrn=both[0].mrn).status == "superseded"
    assert "Superseded: for these goods" in text_of(desk, f"/ens/{both[0].mrn}/")


def test_hits_of_the_loser_stand_beside_those_of_the_winner(
    desk: Client, officer: User, at: datetime
) -> None:
    carrier = Party(identifier="NL900000011")
    loser = assessed(lodged(bananas(at, carrier=carrier), at), at)
    best = assessed(lodged(harmless(at, declarant=carrier, carrier=carrier), at), at)
    with transaction.atomic():
        compare_filings([loser.pk, best.pk], at=at)
    case = Case.objects.get(ens=best, status="open")
    text = text_of(desk, f"/cases/{case.pk}/")
    assert "From the superseded declaration" in text
    assert f"/ens/{loser.mrn}/" in text
    assert "CNT-01" in text
    assert "Fresh bananas in boxes" in text
    looks = AccessLog.objects.filter(user=officer, what="ens", reference=loser.mrn)
    assert looks.count() == 1
    assert "From the superseded declaration" not in text_of(desk, f"/ens/{loser.mrn}/")


def candidates(at: datetime) -> list[Infringement]:
    with transaction.atomic():
        find_infringements(at=at)
        assert find_infringements(at=at) == 0
    return list(Infringement.objects.order_by("kind"))


def test_candidates_are_found_once_and_excused_ones_are_none(at: datetime, officer: User) -> None:
    late = lodged(harmless(at, expected_arrival=at + timedelta(minutes=95)), at)
    [line] = arrived(at, Reported(container="DMOU1000117")).lines.all()
    for _ in range(3):
        rejected(at, lrn="AGAIN", sender="NL123456789", findings=[])
    Filing.objects.filter(lrn="AGAIN").update(declarant="NL123456789")
    found = candidates(at)
    assert [(row.kind, row.facts) for row in found] == [
        ("late", "25 min late"),
        ("missing", "DMOU1000117"),
        ("rejected", "LRN AGAIN rejected 3 times"),
    ]
    assert found[0].filing == Filing.objects.get(mrn=late.mrn)
    assert found[1].line == line


def test_a_supervisor_decides_what_another_proposed(desk: Client, at: datetime) -> None:
    lodged(harmless(at, expected_arrival=at + timedelta(minutes=95)), at)
    [row] = candidates(at)
    path = f"/infringements/{row.pk}/"
    desk.post(path, {"verb": "open", "note": "Third in a year."})
    assert desk.post(path, {"verb": "propose", "note": "Again."}).status_code == 422
    desk.post(path, {"verb": "propose", "note": "Again.", "penalty": "Fine of class 2"})
    assert desk.post(path, {"verb": "decide", "note": "Yes."}).status_code == 422
    row.refresh_from_db()
    assert row.state == "proposed"
    chief = Client()
    chief.force_login(person(Role.SUPERVISOR, offices=(OFFICE,)))
    chief.post(path, {"verb": "decide", "note": "Agreed."})
    row.refresh_from_db()
    assert (row.state, row.penalty) == ("decided", "Fine of class 2")
    assert "Fine of class 2" in text_of(desk, "/infringements/" + str(row.pk) + "/")


def test_an_office_of_subsequent_entry_tells_what_it_did(at: datetime) -> None:
    there = person(Role.OFFICER, offices=("NL000510",))
    client = Client()
    client.force_login(there)
    ens = lodged(harmless(at, subsequent_offices=("NL000510",)), at)
    notice = SubsequentEntryNotice.objects.create(
        ens=ens, office="NL000510", version=1, result_code="B", informed_at=at
    )
    assert "after first entry" in text_of(client, "/subsequent-entry/")
    path = f"/subsequent-entry/{notice.pk}/"
    client.post(path, {"action": "controlled", "feedback": ""})
    notice.refresh_from_db()
    assert notice.state == "expected"
    client.post(path, {"action": "controlled", "feedback": "Scan conform."})
    notice.refresh_from_db()
    assert (notice.state, notice.action, notice.acted_by) == ("acted", "controlled", there)
    assert "Control done: Scan conform." in text_of(client, "/subsequent-entry/")
    stranger = Client()
    stranger.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert stranger.post(path, {"action": "released", "feedback": "x"}).status_code == 404
