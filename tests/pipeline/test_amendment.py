"""Amendments from bytes to answer: IE313, IE304, IE305, and what follows in the portal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction
from lxml import etree

from customs_portal.accounts.models import User
from customs_portal.events.models import Event
from declarations.document import Document, Party, Seal
from declarations.models import (
    ConsignmentLife,
    DeclaredEquipment,
    Ens,
    EnsVersion,
    Filing,
    Measure,
    SearchKey,
)
from declarations.mrn import make_mrn
from declarations.services.new_version import ANALYSIS_AGAIN
from messaging.formats.ics1.writing import write_declaration
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body
from risk.models import Assessment, Case
from risk.services import Refused, decide
from tests.messaging.builders import envelope, goods_item
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, CARRIER, LODGER, operator, publish
from tests.pipeline.test_main_job import (
    BANANAS,
    answer,
    decided,
    drain,
    flagged,
    order,
    send,
    send_bytes,
)

UNKNOWN = make_mrn(office="NL000396", number=987654, at=AT)


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


def registered(token: str, document: Document | None = None) -> Ens:
    send(token, document or declaration())
    drain()
    return Ens.objects.get()


def amendment(ens: Ens, document: Document | None = None, **changes: Any) -> Document:
    base = document or declaration()
    return msgspec.structs.replace(
        base, **{"type": "IE313", "lrn": None, "mrn": ens.mrn, **changes}
    )


def amended(
    token: str, document: Document, message_id: str = "M2", sender: str = LODGER
) -> "etree._Element":
    body = write_declaration(document, envelope(message_id=message_id, sender=sender))
    correlation = send_bytes(token, body)
    drain()
    assert list(breaches(Scope(sample=None))) == []
    reply = InboundMessage.objects.get(correlation=correlation).answer
    assert reply is not None
    assert check(raw_body(reply)).findings == []
    return answer(correlation)


def test_an_amendment_becomes_the_next_version(lodger: str) -> None:
    ens = registered(lodger)
    item = goods_item(containers=("MSCU5285725",))
    reply = amended(lodger, amendment(ens, declaration((item,))))
    ens.refresh_from_db()
    filing = Filing.objects.get()
    assert reply.tag == "{http://ics.dgtaxud.ec/CC304A}CC304A"
    assert reply.findtext("HEAHEA/DocNumHEA5") == ens.mrn
    assert (ens.version, filing.version, ens.status) == (2, 2, Ens.Status.ASSESSED)
    assert EnsVersion.objects.get(ens=ens, number=2).filing_versions == [
        filing.versions.get(number=2).pk
    ]
    found = SearchKey.objects.filter(ens=ens)
    assert list(found.filter(kind="equipment").values_list("value", flat=True)) == ["MSCU5285725"]
    assert found.filter(kind="lrn", value="LRN0000000001").exists()
    assert DeclaredEquipment.objects.count() == 2
    assert Assessment.objects.filter(ens=ens, result="no_risk").count() == 2
    assert not Case.objects.exists()


def test_goods_that_remain_keep_their_life_and_others_begin_or_end(lodger: str) -> None:
    ens = registered(lodger, declaration((goods_item(1), goods_item(2))))
    stays = ConsignmentLife.objects.get(key="N705/BL000001").pk
    both = declaration((goods_item(1), goods_item(2, documents=goods_item(3).documents)))
    amended(lodger, amendment(ens, both))
    lives = dict(ConsignmentLife.objects.values_list("key", "goods"))
    assert lives == {
        "N705/BL000001": "expected",
        "N705/BL000002": "no_longer_declared",
        "N705/BL000003": "expected",
    }
    assert ConsignmentLife.objects.get(key="N705/BL000001").pk == stays
    amended(lodger, amendment(ens, declaration((goods_item(1), goods_item(2)))), "M3")
    assert ConsignmentLife.objects.get(key="N705/BL000002").goods == "expected"
    assert ConsignmentLife.objects.get(key="N705/BL000003").goods == "no_longer_declared"


def test_the_itinerary_and_the_clocks_follow_the_new_version(lodger: str) -> None:
    ens = registered(lodger, flagged())
    arrival = declaration().expected_arrival
    assert arrival
    later = arrival + timedelta(days=2)
    document = flagged(expected_arrival=later)
    document = msgspec.structs.replace(document, subsequent_offices=("BE101000",))
    amended(lodger, amendment(ens, document))
    ens.refresh_from_db()
    assert list(ens.legs.order_by("sequence").values_list("office", flat=True)) == [
        "NL000396",
        "BE101000",
    ]
    live = dict(ens.clocks.filter(stopped_at=None).values_list("kind", "ends_at"))
    assert live["analysis"] == AT + ANALYSIS_AGAIN
    assert live["do_not_load"] == AT + timedelta(hours=24)
    assert live["arrival"] == ens.expected_arrival == later
    assert Case.objects.get().due_at == ens.analysis_ends_at == AT + ANALYSIS_AGAIN


def test_an_open_case_is_revised_and_marked_never_doubled(lodger: str) -> None:
    ens = registered(lodger, flagged())
    case = Case.objects.get()
    amended(lodger, amendment(ens, flagged(seals=(Seal(identity="S1"),))))
    case.refresh_from_db()
    assert case.revision > 1
    assert case.cause == Case.Cause.CHANGED
    statuses = Assessment.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["superseded", "review"]


def test_what_was_selected_is_looked_at_again_though_no_rule_hits(
    lodger: str, officer: User
) -> None:
    ens = registered(lodger, flagged())
    decided(officer, verb="hold", reason_code="HLD-01", announce=False)
    amended(lodger, amendment(ens))
    newest = Assessment.objects.get(ens_version__number=2)
    case = Case.objects.open().get()
    assert (newest.status, newest.hits) == ("review", [])
    assert (case.cause, case.outcome, case.severity) == ("changed", "refer", "medium")
    assert Measure.objects.get().reconfirm_since_version == 2


def test_a_decision_on_the_version_before_is_refused(lodger: str, officer: User) -> None:
    ens = registered(lodger, flagged())
    stale = order(Case.objects.get())
    amended(lodger, amendment(ens, flagged(seals=(Seal(identity="S1"),))))
    with transaction.atomic():
        [result] = decide([stale], officer=officer, at=AT)
    assert isinstance(result, Refused)
    assert result.findings[0].code == "stale_version"
    assert not Measure.objects.exists()


def _open_case(_officer: User) -> None:
    assert Case.objects.open().exists()


def _secret_hold(officer: User) -> None:
    decided(officer, verb="hold", reason_code="HLD-01", announce=False)


def _secret_control(officer: User) -> None:
    decided(officer, verb="control", reason_code="CTL-02", place="NL000396")


@pytest.mark.parametrize("selected", [_open_case, _secret_hold, _secret_control])
def test_a_secret_selection_never_stands_against_an_amendment(
    lodger: str, officer: User, selected: Callable[[User], None]
) -> None:
    ens = registered(lodger, flagged())
    selected(officer)
    flagged_reply = amended(lodger, amendment(ens, flagged(place_of_loading="CNNGB")))
    assert flagged_reply.tag == "{http://ics.dgtaxud.ec/CC304A}CC304A"
    answers = OutboundMessage.objects.filter(channel="trader").values_list("kind", flat=True)
    assert sorted(answers) == ["CC304A", "CC328A"]


Before = Callable[[Ens, User], object]


def _filing(**values: Any) -> Before:
    return lambda ens, _officer: Filing.objects.filter(mrn=ens.mrn).update(**values)


def _ens(**values: Any) -> Before:
    return lambda ens, _officer: Ens.objects.filter(pk=ens.pk).update(**values)


def _goods(state: str) -> Before:
    return lambda _ens, _officer: ConsignmentLife.objects.update(goods=state)


def _announced(ens: Ens, officer: User) -> None:
    Measure.objects.create(
        ens=ens,
        kind="control",
        status="ordered",
        subject="declaration",
        reason_code="CTL-01",
        decided_on_version=1,
        placed_by=officer,
        placed_at=AT,
        announced_at=AT,
    )


def _nothing(ens: Ens, officer: User) -> None:
    """Leave the declaration as it is."""


@pytest.mark.parametrize(
    ("before", "changes", "code", "motivation"),
    [
        (_nothing, {"mrn": f"{UNKNOWN[:17]}{(int(UNKNOWN[17]) + 1) % 10}"}, "93", "3"),
        (_nothing, {"mrn": UNKNOWN}, "90", "3"),
        (_filing(status="superseded"), {}, "92", "2"),
        (_filing(status="invalidated"), {}, "92", "2"),
        (_filing(status="expired"), {}, "92", "2"),
        (_nothing, {"office_of_first_entry": "NL000510"}, "14", "4"),
        (
            _nothing,
            {
                "declarant": Party(identifier=CARRIER),
                "representative": Party(identifier=LODGER),
            },
            "14",
            "4",
        ),
        (_ens(status="diverted"), {}, "92", "4"),
        (_goods("arrived"), {}, "92", "5"),
        (_goods("partially_arrived"), {}, "92", "5"),
        (_goods("presented"), {}, "92", "5"),
        (_goods("released"), {}, "92", "6"),
        (_announced, {}, "92", "9"),
    ],
)
def test_each_guard_has_its_error(
    lodger: str,
    officer: User,
    before: Before,
    changes: dict[str, Any],
    code: str,
    motivation: str,
) -> None:
    ens = registered(lodger)
    before(ens, officer)
    correlation = send(lodger, amendment(ens, **changes), "M2")
    drain()
    reply = answer(correlation)
    assert reply.tag == "{http://ics.dgtaxud.ec/CC305A}CC305A"
    assert reply.findtext("HEAHEA/AmeRejMotCodHEA604") == motivation
    assert reply.findtext("FUNERRER1/ErrTypER11") == code
    assert Filing.objects.get().version == 1
    assert Ens.objects.get().version == 1
    assert not Event.objects.filter(kind="filing.amended").exists()


def test_a_stranger_is_answered_as_if_there_were_no_such_mrn(lodger: str) -> None:
    ens = registered(lodger)
    stranger = operator("NL555555555")
    document = amendment(ens, declarant=Party(identifier="NL555555555"))
    reply = amended(stranger, document, sender="NL555555555")
    assert reply.findtext("HEAHEA/AmeRejMotCodHEA604") == "3"
    assert reply.findtext("FUNERRER1/ErrTypER11") == "90"
    assert OutboundMessage.objects.get(kind="CC305A").ens_id is None
    assert InboundMessage.objects.get(kind="CC313A").mrn == ""
    assert Event.objects.get(kind="filing.approached").stream == ens.pk
    assert Ens.objects.get().version == 1


def test_the_carrier_knows_the_mrn_but_may_not_amend(lodger: str) -> None:
    carrier = operator(CARRIER)
    ens = registered(lodger, declaration(carrier=Party(identifier=CARRIER)))
    document = amendment(ens, representative=Party(identifier=CARRIER))
    reply = amended(carrier, document, sender=CARRIER)
    assert reply.findtext("HEAHEA/AmeRejMotCodHEA604") == "1"
    assert Ens.objects.get().version == 1


def test_rules_are_judged_on_amendments_too(lodger: str) -> None:
    ens = registered(lodger)
    reply = amended(lodger, amendment(ens, itinerary=("CN",)))
    assert reply.findtext("HEAHEA/AmeRejMotCodHEA604") == "4"
    assert reply.findtext("FUNERRER1/ErrReaER13") == "C570"
    assert reply.findtext("CUSOFFFENT730/RefNumCUSOFFFENT731") == "NL000396"


def test_amendments_of_one_batch_follow_each_other(lodger: str) -> None:
    ens = registered(lodger)
    for number in range(2, 5):
        send(lodger, amendment(ens, conveyance_reference=f"VOY{number}"), f"M{number}")
    drain()
    ens.refresh_from_db()
    assert ens.version == 4
    newest = Filing.objects.get().versions.get(number=4)
    assert newest.document().conveyance_reference == "VOY4"
    assert list(breaches(Scope(sample=None))) == []


def test_the_same_amendment_again_amends_once(lodger: str) -> None:
    ens = registered(lodger)
    document = amendment(ens)
    first, second = (send(lodger, document, "M2") for _ in range(2))
    drain()
    assert Ens.objects.get().version == 2
    assert etree.tostring(answer(first)) == etree.tostring(answer(second))


def test_an_amendment_of_an_mrn_not_given_yet_is_refused(lodger: str) -> None:
    send(lodger, declaration())
    send(lodger, amendment(Ens(mrn=UNKNOWN)), "M2")
    drain()
    assert Ens.objects.get().version == 1
    assert OutboundMessage.objects.filter(kind="CC305A").count() == 1
