"""ENS filings of ICS2 on the whole way: registered, refused, amended, ended, asked for."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from lxml import etree

from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.filing_types import FilingLevel, filing_types
from declarations.models import Clock, Ens, EntryLeg, Filing, FilingVersion
from declarations.mrn import is_valid
from declarations.tasks import tell_ended_clocks
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import content
from messaging.formats.registry import check
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body
from risk.engine.operators import Operator as Op
from risk.engine.tree import Leaf
from risk.models import Assessment, Case
from tests.messaging.formats.ics2.breaking import children
from tests.pipeline.conftest import CARRIER, LODGER, operator, publish
from tests.pipeline.test_main_job import drain, send_bytes

TILES = Leaf(field="item.hs6", operator=Op.IN_VALUES, values=("690721",))
NOTHING = Leaf(field="item.hs6", operator=Op.IN_VALUES, values=("999999",))
FILINGS = [filing for filing, kind in filing_types().items() if kind.own_mrn]


def said(kind: str) -> Any:
    return content(kind, "minimal")


def filing(kind: str, lrn: str = "LRN-1", **changes: Any) -> bytes:
    """Return an example of a message of that kind (`IE3F12`) with another LRN and other values."""
    return write(kind, {**said(kind), "LRN": lrn, **changes})


def assert_invariants() -> None:
    call_command("check_invariants", stdout=StringIO())


def told(correlation: Any) -> Any:
    """Return the one answer to a message; it agrees with its own table."""
    message = InboundMessage.objects.get(correlation=correlation)
    message = message.repeats or message
    assert message.answer is not None
    body = raw_body(message.answer)
    assert [(one.code, one.location, one.text) for one in check(body).findings] == []
    return etree.fromstring(body)


def sent(token: str, body: bytes) -> Any:
    correlation = send_bytes(token, body)
    drain()
    return told(correlation)


def name(answer: Any) -> str:
    return etree.QName(answer).localname


def text(answer: Any, path: str) -> str:
    steps = "/".join(f"{{urn:wco:datamodel:eu:ics2:2}}{step}" for step in path.split("/"))
    return str(answer.findtext(steps) or "")


def codes(answer: Any) -> set[str]:
    errors = children(answer, "error")
    return {children(error, "validationCode")[0].text for error in errors}


def registered(token: str, kind: str, lrn: str = "LRN-1", **changes: Any) -> str:
    answer = sent(token, filing(f"IE3{kind}", lrn, **changes))
    assert name(answer) == "IE3R01", codes(answer)
    return text(answer, "MRN")


def amendment(kind: str, mrn: str, **changes: Any) -> bytes:
    return filing(f"IE3A{kind[1:]}", MRN=mrn, **changes)


def test_every_type_is_registered_under_an_mrn_of_its_own(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    sent_messages = {
        kind: send_bytes(lodger, filing(f"IE3{kind}", f"LRN-{kind}")) for kind in FILINGS
    }
    drain()
    for kind, correlation in sent_messages.items():
        answer = told(correlation)
        mrn = text(answer, "MRN")
        assert name(answer) == "IE3R01", (kind, codes(answer))
        assert re.fullmatch(r"26NL[0-9A-Z]{11}BT[0-9]", mrn)
        assert is_valid(mrn)
        assert text(answer, "LRN") == f"LRN-{kind}"
        assert text(answer, "SpecificCircumstanceIndicator") == kind
    assert OutboundMessage.objects.filter(kind="IE3R01").count() == len(FILINGS)
    assert_invariants()


@pytest.mark.parametrize(
    ("kind", "status", "completeness", "link"),
    [
        ("F10", "assessed", "complete", ""),
        ("F50", "assessed", "complete", ""),
        ("F12", "forming", "pending", ""),
        ("F42", "forming", "pending", ""),
        ("F14", "forming", "", "pending_linking"),
        ("F24", "assessed", "", "pending_linking"),
    ],
)
def test_a_filing_begins_in_its_state(
    lodger: str, kind: str, status: str, completeness: str, link: str
) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, kind)
    ens = Ens.objects.get(mrn=mrn)
    assert (ens.status, ens.completeness) == (status, completeness)
    assert Filing.objects.get(mrn=mrn).link == link
    level = filing_types()[kind].level
    office = "NL000900" if level is FilingLevel.HOUSE else "NL000396"
    assert list(EntryLeg.objects.filter(ens=ens).values_list("office", flat=True)) == [office]
    if level is FilingLevel.HOUSE:
        assert set(Assessment.objects.values_list("kind", flat=True)) <= {"preloading"}
        assert not Clock.objects.exclude(kind__in=("analysis", "validity")).exists()


def test_a_master_whose_houses_do_not_come_is_analysed_in_half_of_its_window(lodger: str) -> None:
    publish(("TST-01", TILES))
    mrn = registered(lodger, "F12")
    ens = Ens.objects.get(mrn=mrn)
    half = ens.registered_at + (ens.analysis_ends_at - ens.registered_at) / 2
    tell_ended_clocks(half - timedelta(minutes=1))
    assert Ens.objects.get().status == "forming"
    tell_ended_clocks(half)
    advance.drain(at=half)
    ens.refresh_from_db()
    assert (ens.status, ens.completeness) == ("in_analysis", "considered_complete")
    assert Case.objects.open().get().ens == ens
    tell_ended_clocks(half)
    assert Event.objects.filter(kind="ens.considered_complete").count() == 1
    assert_invariants()


def test_a_full_filing_with_a_hit_stands_in_the_queue(lodger: str) -> None:
    publish(("TST-01", TILES))
    mrn = registered(lodger, "F11")
    case = Case.objects.open().get()
    assert case.ens.mrn == mrn
    assert case.office == "NL000396"


def test_a_broken_rule_rejects_with_its_pointer(lodger: str) -> None:
    declarant = said("IE3F12")["declarant"][0]
    wrong = [{**declarant, "identificationNumber": "123"}]
    answer = sent(lodger, filing("IE3F12", declarant=wrong))
    assert name(answer) == "IE3N99"
    assert codes(answer) == {"12"}
    (error,) = children(answer, "error")
    assert text(error, "pointer/messageElementPath") == "/IE3F12/declarant/identificationNumber"
    assert text(answer, "functionalReference") == "LRN-1"
    filed = Filing.objects.get()
    assert (filed.type, filed.status, filed.mrn) == ("F12", "rejected", None)


def test_a_missing_group_rejects_without_a_filing(lodger: str) -> None:
    answer = sent(lodger, filing("IE3F12", declarant=None))
    assert (name(answer), codes(answer)) == ("IE3N99", {"13"})
    assert not Filing.objects.exists()


def test_an_lrn_is_used_once_and_free_again_after_a_rejection(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    rejected = said("IE3F12")["declarant"][0] | {"name": "n/a"}
    assert codes(sent(lodger, filing("IE3F12", declarant=[rejected]))) == {"100"}
    registered(lodger, "F12")
    answer = sent(lodger, filing("IE3F10"))
    assert (name(answer), codes(answer)) == ("IE3N99", {"94"})


def test_the_same_bytes_again_are_answered_as_the_first_time(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    body = filing("IE3F12")
    first, second = send_bytes(lodger, body), send_bytes(lodger, body)
    drain()
    assert text(told(first), "MRN") == text(told(second), "MRN")
    assert Filing.objects.count() == 1


def test_nobody_files_for_another_or_to_another_state() -> None:
    stranger = operator("NL000000009")
    answer = sent(stranger, filing("IE3F12"))
    assert (name(answer), codes(answer)) == ("IE3N99", {"12"})
    abroad = filing("IE3F14", addressedMemberState=[{"country": "BE"}])
    answer = sent(operator(LODGER), abroad)
    assert (name(answer), codes(answer)) == ("IE3N99", {"14"})


def test_an_amendment_is_the_next_version(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, "F12")
    split = amendment("F12", mrn, reEntryIndicator="1")
    answer = sent(lodger, split)
    assert (name(answer), text(answer, "MRN")) == ("IE3N10", mrn)
    assert Filing.objects.get().version == 2
    assert FilingVersion.objects.get(number=2).document().re_entry
    ens = Ens.objects.get()
    assert (ens.version, ens.status) == (2, "forming")
    full = registered(lodger, "F10", "LRN-2")
    assert name(sent(lodger, amendment("F10", full))) == "IE3N10"
    assert Ens.objects.get(mrn=full).status == "assessed"
    house = registered(lodger, "F14", "LRN-3")
    assert name(sent(lodger, amendment("F14", house))) == "IE3N10"
    assert EntryLeg.objects.filter(ens__mrn=house).count() == 1
    assert_invariants()


def test_a_reference_to_the_master_is_answered_with_the_mrn_of_the_earlier_filing(
    lodger: str,
) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, "F23")
    answer = sent(lodger, filing("IE3F25", "LRN-2"))
    assert (name(answer), text(answer, "MRN"), text(answer, "LRN")) == ("IE3R01", mrn, "LRN-2")
    assert text(answer, "SpecificCircumstanceIndicator") == "F25"
    (house,) = FilingVersion.objects.get(number=2).document().consignments
    assert [paper.reference for paper in house.master_documents] == ["074-12345675"]
    assert name(sent(lodger, amendment("F23", mrn))) == "IE3N10"
    (house,) = FilingVersion.objects.get(number=3).document().consignments
    assert [paper.reference for paper in house.master_documents] == ["074-12345675"]
    other = [{"identification": "HAWB-UNKNOWN"}]
    answer = sent(lodger, filing("IE3F25", "LRN-3", previousDocument=other))
    assert (name(answer), codes(answer)) == ("IE3N01", {"97"})
    assert_invariants()


def _with_house(kind: str) -> Any:
    master = said(kind)["consignmentMasterLevel"][0]
    (house,) = master["consignmentHouseLevel"]
    (paper,) = house["transportDocumentHouseLevel"]
    other = {**house, "transportDocumentHouseLevel": [{**paper, "documentNumber": "OTHER-1"}]}
    return [{**master, "consignmentHouseLevel": [house, other]}]


def _with_item(kind: str) -> Any:
    master = said(kind)["consignmentMasterLevel"][0]
    (item,) = master["goodsItem"]
    return [{**master, "goodsItem": [item, {**item, "goodsItemNumber": "2"}]}]


def _with_bill(kind: str) -> Any:
    master = said(kind)["consignmentMasterLevel"][0]
    (paper,) = master["transportDocumentMasterLevel"]
    return [{**master, "transportDocumentMasterLevel": [{**paper, "documentNumber": "OTHER-BILL"}]}]


def test_an_amendment_adds_no_house_and_no_item_and_changes_no_key(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    full, master = registered(lodger, "F11"), registered(lodger, "F12", "LRN-2")
    for body, code in (
        (amendment("F11", full, consignmentMasterLevel=_with_house("IE3A11")), "101"),
        (amendment("F12", master, consignmentMasterLevel=_with_item("IE3A12")), "101"),
        (amendment("F12", master, consignmentMasterLevel=_with_bill("IE3A12")), "104"),
        (amendment("F11", master), "104"),
        (
            amendment("F12", master, customsOfficeOfFirstEntry=[{"referenceNumber": "NL000432"}]),
            "104",
        ),
    ):
        answer = sent(lodger, body)
        assert (name(answer), codes(answer)) == ("IE3N01", {code})
    assert set(Filing.objects.values_list("version", flat=True)) == {1}


def test_an_unknown_or_anothers_mrn_is_answered_alike(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, "F12")
    stranger = operator("NL000000009")
    for token, of, code in (
        (lodger, "26NL0000000ABCDBT4", "90"),
        (stranger, mrn, "90"),
    ):
        answer = sent(token, amendment("F12", of))
        assert (name(answer), codes(answer)) == ("IE3N99", {code})
    assert Event.objects.filter(kind="filing.approached").count() == 1


def invalidation(mrn: str, **changes: Any) -> bytes:
    return write("IE3Q04", {**said("IE3Q04"), "MRN": mrn, **changes})


def test_an_invalidated_filing_counts_no_longer(lodger: str) -> None:
    publish(("TST-01", TILES))
    mrn = registered(lodger, "F11")
    answer = sent(lodger, invalidation(mrn))
    assert (name(answer), text(answer, "MRN")) == ("IE3R07", mrn)
    assert Filing.objects.get().status == "invalidated"
    assert Ens.objects.get().status == "invalidated"
    assert not Case.objects.open().exists()
    assert not Clock.objects.filter(stopped_at=None).exists()
    again = invalidation(mrn, documentIssueDate="2026-11-22T10:00:00Z")
    answer = sent(lodger, again)
    assert (name(answer), codes(answer)) == ("IE3N01", {"72"})
    answer = sent(lodger, amendment("F11", mrn))
    assert (name(answer), codes(answer)) == ("IE3N01", {"72"})
    unknown = sent(lodger, invalidation("26NL0000000ABCDBT4"))
    assert (name(unknown), codes(unknown)) == ("IE3N99", {"90"})
    assert_invariants()


def consultation(**changes: Any) -> bytes:
    return write("IE3Q05", {"functionalReference": "Q-1", "dataRequest": "0", **changes})


def test_a_filer_is_told_in_what_state_its_filings_are(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, "F12")
    requester = [{"identificationNumber": LODGER}]
    answer = sent(lodger, consultation(MRN=mrn, requester=requester))
    assert (name(answer), text(answer, "functionalReference")) == ("IE3R08", "Q-1")
    found = [[child.text for child in entity] for entity in children(answer, "ENSEntity")]
    assert found == [["ENF", mrn, "03"], ["ENS", mrn, "10"]]
    paper = [{"documentNumber": "OEL2611001", "type": "N704"}]
    answer = sent(lodger, consultation(transportDocument=paper, requester=requester))
    assert len(children(answer, "ENSEntity")) == 2


def test_a_stranger_is_told_nothing(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, "F12")
    other = operator("NL000000009")
    asked = consultation(MRN=mrn, requester=[{"identificationNumber": "NL000000009"}])
    answer = sent(other, asked)
    assert (name(answer), codes(answer)) == ("IE3N99", {"90"})
    in_anothers_name = consultation(MRN=mrn, requester=[{"identificationNumber": LODGER}])
    assert codes(sent(other, in_anothers_name)) == {"12"}
    assert CARRIER != LODGER
