"""A house lodged before loading by air, message by message: asked, screened, told; not loaded."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from lxml import etree

from customs_portal.accounts.models import OfficeMembership, Operator, Role, User
from customs_portal.events import advance
from customs_portal.events.models import Event
from customs_portal.reference.models import Office
from declarations.models import Attachment, Clock, Ens, Measure, Referral
from declarations.services.do_not_load import do_not_load_refused
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import content
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage, Subscription
from messaging.reads import raw_body
from risk.models import Assessment, Case
from risk.services import Decided, DecisionOrder, Refused, decide, sign, undo
from tests.messaging.formats.ics2.breaking import children
from tests.pipeline.conftest import AT, LODGER, operator, publish
from tests.pipeline.test_filings import (
    NOTHING,
    TILES,
    amendment,
    codes,
    name,
    registered,
    sent,
    text,
)
from tests.pipeline.test_main_job import drain, send_bytes

CARRIER = "DK10103940"
HOUSE = "N703/HAWB2611001"
PNG = "iVBORw0KGgo="


def at_risk_centre(username: str) -> User:
    return at_office(username, "NL000900")


def at_office(username: str, office: str) -> User:
    user = User.objects.create_user(username, password="x", role=Role.OFFICER)
    OfficeMembership.objects.create(user=user, office=Office.objects.get(reference=office))
    return user


@pytest.fixture
def house(lodger: str) -> Case:
    """Return the case of a house that was selected."""
    publish(("TST-01", TILES))
    registered(lodger, "F24")
    return Case.objects.get()


@pytest.fixture
def analyst(reference: None) -> User:
    return at_risk_centre("analyst")


def decided(case: Case, officer: User, at: datetime = AT, **order: Any) -> Decided:
    case.refresh_from_db()
    values: dict[str, Any] = {"case": case.pk, "revision": case.revision, "note": "As seen."}
    with transaction.atomic():
        [result] = decide([DecisionOrder(**(values | order))], officer=officer, at=at)
    assert isinstance(result, Decided), result
    drain()
    return result


def asked(case: Case, officer: User, verb: str, **order: Any) -> Referral:
    usual: dict[str, Any] = {
        "verb": verb,
        "reason_code": f"{verb.upper()}-01",
        "question": "What is it for?",
    }
    found = decided(case, officer, **(usual | order))
    assert found.referral is not None
    return Referral.objects.get(pk=found.referral)


def screening_asked(case: Case, officer: User) -> Referral:
    about: dict[str, Any] = {"subject": "consignment", "reference": HOUSE}
    return asked(case, officer, "rfs", question="", methods=("XRY", "EDD"), **about)


def told(kind: str, recipient: str = LODGER) -> Any:
    """Return the only message of a kind to somebody; it agrees with its table."""
    body = raw_body(OutboundMessage.objects.get(kind=kind, recipient=recipient))
    assert [(one.location, one.text) for one in check(body).findings] == []
    return etree.fromstring(body)


def information(mrn: str, *references: str, **changes: Any) -> bytes:
    answers = [
        {
            "referralRequestReference": reference,
            "additionalInformation": [{"code": "USE", "text": "For a bathroom.", "type": "INF"}],
        }
        for reference in references
    ]
    return written("IE3R02", mrn, additionalInformationResponse=answers, **changes)


def result(mrn: str, reference: str, code: str = "1", **changes: Any) -> bytes:
    screened: dict[str, Any] = {
        "referralRequestReference": reference,
        "result": code,
        "screeningMethod": [{"method": "XRY"}, {"method": "ZZZ"}],
        "authorizedPerson": {
            "name": "Jan de Boer", "identificationNumber": "NL1", "typeOfPerson": "1"
        },
        "binaryFile": [
            {"Identification": "1", "filename": "a.png", "MIME": "image/png",
             "includedBinaryObject": PNG}
        ],
        "facilityPlace": {
            "address": {"city": "Schiphol", "country": "NL", "street": "Anchorage", "number": "1",
                        "postCode": "1118"}
        },
        "transportDocumentHouseLevel": {"documentNumber": "HAWB2611001", "type": "N703"},
    }  # fmt: skip
    return written("IE3R03", mrn, hrcmScreeningResults=[screened], **changes)


def written(message: str, mrn: str, **content: Any) -> bytes:
    usual: dict[str, Any] = {
        "documentIssueDate": "2026-11-22T10:30:00Z",
        "MRN": mrn,
        "responsibleMemberState": {"country": "NL"},
        "declarant": {"identificationNumber": LODGER},
    }
    return write(message, usual | content)


def taken(token: str, body: bytes) -> None:
    """Send an answer that is taken: it gets no answer itself."""
    before = OutboundMessage.objects.filter(kind__in=("IE3N99", "IE3N01")).count()
    send_bytes(token, body)
    drain()
    assert OutboundMessage.objects.filter(kind__in=("IE3N99", "IE3N01")).count() == before


def assert_whole() -> None:
    assert list(breaches(Scope(sample=None))) == []


def test_asked_screened_and_complete(lodger: str, house: Case, analyst: User) -> None:
    mrn = house.ens.mrn
    assert Assessment.objects.get().kind == "preloading"
    assert Clock.objects.get(kind="analysis").ends_at == AT + timedelta(minutes=15)
    first = asked(house, analyst, "rfi", elements=("/IE3F24/x", "Colour"))
    question = told("IE3Q02")
    (request,) = children(question, "referralRequestDetails")
    assert text(question, "MRN") == mrn
    assert text(request, "referralRequestReference") == first.reference
    assert text(request, "requestType") == "RFI"
    assert text(request, "additionalInformation/text") == "What is it for? Colour"
    assert text(request, "pointer/messageElementPath") == "/IE3F24/x"
    assert Clock.objects.get(kind="analysis").suspended_at == AT
    taken(lodger, information(mrn, first.reference))
    first.refresh_from_db()
    assert (first.status, first.answer) == ("answered", "For a bathroom.")
    assert first.answer_codes == [["USE", "INF"]]
    assert Clock.objects.get(kind="analysis").suspended_at is None

    second = screening_asked(house, analyst)
    assert second.follows == first
    request = children(told("IE3Q03"), "referralRequestDetails")[0]
    methods = children(request, "recommendedHRCMScreeningMethod")
    assert [text(each, "method") for each in methods] == ["XRY", "EDD"]
    assert text(request, "transportDocumentHouse/documentNumber") == "HAWB2611001"
    taken(lodger, result(mrn, second.reference))
    second.refresh_from_db()
    assert second.screenings == [
        {
            "result": "1",
            "methods": ["XRY", "ZZZ"],
            "document": "HAWB2611001",
            "person": "Jan de Boer",
            "person_identifier": "NL1",
            "place": "Anchorage 1 1118 Schiphol NL",
        }
    ]
    kept = Attachment.objects.get(referral=second)
    assert (kept.scan, kept.media_type, kept.added_by) == ("quarantined", "image/png", None)

    assert not OutboundMessage.objects.filter(kind="IE3N03").exists()
    decided(house, analyst, verb="no_further_action", reason_code="NFA-01")
    complete = told("IE3N03")
    assert (text(complete, "MRN"), text(complete, "responsibleMemberState/country")) == (mrn, "NL")
    assert Ens.objects.get().status == "assessed"
    assert_whole()


def test_a_carrier_gets_copies_only_if_subscribed_and_connected(
    lodger: str, house: Case, analyst: User
) -> None:
    asked(house, analyst, "rfi")
    operator(CARRIER)
    asked(house, analyst, "rfi")
    assert not OutboundMessage.objects.filter(recipient=CARRIER).exists()
    for kind in Subscription.Kind.values:
        Subscription.objects.create(operator=Operator.objects.get(eori=CARRIER), kind=kind)
    asked(house, analyst, "rfi")
    screening_asked(house, analyst)
    decided(house, analyst, verb="no_further_action", reason_code="NFA-01")
    kinds = OutboundMessage.objects.filter(recipient=CARRIER).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["IE3N04", "IE3N05", "IE3N03"]
    for kind in ("IE3N04", "IE3N05", "IE3N03"):
        assert text(told(kind, CARRIER), "carrier/identificationNumber") == CARRIER
    assert_whole()


def test_an_answer_that_does_not_fit_is_refused(lodger: str, house: Case, analyst: User) -> None:
    mrn, stranger = house.ens.mrn, operator("NL000000009")
    first, second = (asked(house, analyst, "rfi") for _ in range(2))
    screening = screening_asked(house, analyst)
    as_stranger = {"declarant": {"identificationNumber": "NL000000009"}}
    for token, body, code in (
        (lodger, information(mrn, "RFI26-9999999"), "98"),
        (lodger, information(mrn, screening.reference), "98"),
        (lodger, result(mrn, first.reference), "98"),
        (lodger, information(mrn, first.reference, "RFI26-9999999"), "98"),
        (lodger, information(mrn, first.reference, first.reference), "92"),
        (lodger, information("26NL0000000ABCDBT4", first.reference), "90"),
        (lodger, information("26NL0000000ABCDBT5", first.reference), "93"),
        (stranger, information(mrn, first.reference, **as_stranger), "90"),
        (stranger, information(mrn, first.reference), "12"),
        (lodger, result(mrn, screening.reference, "3"), "12"),
    ):
        answer = sent(token, body)
        assert (name(answer), codes(answer)) == ("IE3N99", {code}), code
    assert set(Referral.objects.values_list("status", flat=True)) == {"open"}
    assert Event.objects.filter(kind="filing.approached").count() == 1
    taken(lodger, information(mrn, first.reference, second.reference))
    answer = sent(
        lodger, information(mrn, first.reference, documentIssueDate="2026-11-22T11:00:00Z")
    )
    assert (name(answer), codes(answer)) == ("IE3N99", {"92"})
    decided(house, analyst, verb="no_further_action", reason_code="NFA-01")
    answer = sent(lodger, result(mrn, screening.reference))
    assert (name(answer), codes(answer)) == ("IE3N99", {"98"})
    assert_whole()


def test_an_alarm_stands_on_top_and_is_not_loaded_only_by_two_people(
    lodger: str, house: Case, analyst: User
) -> None:
    mrn = house.ens.mrn
    screening = screening_asked(house, analyst)
    taken(lodger, result(mrn, screening.reference, "2"))
    house.refresh_from_db()
    assert (house.cause, house.outcome, house.alarm_rank) == ("alarm", "do-not-load", 0)
    assert (house.due_by, Assessment.objects.get().status) == ("at_once", "review")
    assert not Measure.objects.exists()
    order: dict[str, Any] = {
        "verb": "do_not_load",
        "reason_code": "DNL-01",
        "subject": "consignment",
        "reference": HOUSE,
        "announce": True,
    }
    decided(house, analyst, **order)
    assert not OutboundMessage.objects.filter(kind="IE3Q01").exists()
    operator(CARRIER)
    with transaction.atomic():
        sign([house.pk], officer=at_risk_centre("second"), at=AT)
    drain()
    for recipient in (LODGER, CARRIER):
        instruction = told("IE3Q01", recipient)
        details = children(instruction, "doNotLoadDetails")[0]
        assert text(details, "transportDocument/documentNumber") == "HAWB2611001"
    assert Assessment.objects.get().result == "dnl"
    assert not OutboundMessage.objects.filter(kind="IE3N03").exists()
    assert (
        do_not_load_refused(Ens.objects.get(), AT) == "The assessment before loading is concluded."
    )
    assert_whole()


def test_an_amendment_is_the_answer_to_a_request_for_it(
    lodger: str, house: Case, analyst: User
) -> None:
    mrn = house.ens.mrn
    amend = asked(house, analyst, "amd", elements=("/IE3F24/x",))
    screening = screening_asked(house, analyst)
    requests = OutboundMessage.objects.filter(kind="IE3Q02")
    assert (
        text(etree.fromstring(raw_body(requests.get())), "referralRequestDetails/requestType")
        == "AMD"
    )
    assert name(sent(lodger, amendment("F24", mrn))) == "IE3N10"
    amend.refresh_from_db()
    screening.refresh_from_db()
    assert (amend.status, screening.status) == ("amended", "cancelled")
    assert Assessment.objects.filter(status="review").count() == 1
    assert_whole()


def test_nothing_found_is_told_at_once_and_once(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    mrn = registered(lodger, "F24")
    assert text(told("IE3N03"), "MRN") == mrn
    registered(lodger, "F14", "LRN-2")
    assert OutboundMessage.objects.filter(kind="IE3N03").count() == 1
    assert name(sent(lodger, amendment("F24", mrn))) == "IE3N10"
    assert OutboundMessage.objects.filter(kind="IE3N03").count() == 2
    assert_whole()


@pytest.mark.parametrize(
    ("blocked_by", "status", "message"),
    [
        ("decided", "recommended", "IE3N10"),
        ("decided", "ordered", "IE3N01"),
        ("announced", "ordered", "IE3N10"),
    ],
)
def test_a_control_that_was_ordered_ends_amendments_where_the_setting_says_so(
    lodger: str,
    house: Case,
    analyst: User,
    settings: Any,
    blocked_by: str,
    status: str,
    message: str,
) -> None:
    settings.AMEND_BLOCKED_BY = blocked_by
    decided(house, analyst, verb="control", reason_code="CTL-02", place="NL000900")
    Measure.objects.update(status=status)
    answer = sent(lodger, amendment("F24", house.ens.mrn))
    assert name(answer) == message
    assert codes(answer) == ({"72"} if message == "IE3N01" else set())


def test_what_was_undone_is_not_told(house: Case, analyst: User) -> None:
    order = DecisionOrder(
        case=house.pk,
        revision=house.revision,
        verb="no_further_action",
        reason_code="NFA-01",
        note="As seen.",
    )
    later = AT + timedelta(minutes=1)
    with transaction.atomic():
        decide([order], officer=analyst, at=AT, undo=timedelta(seconds=10))
    with transaction.atomic():
        [undone] = undo([house.pk], officer=analyst, at=AT + timedelta(seconds=5))
    assert not isinstance(undone, Refused)
    advance.drain(at=later)
    assert not OutboundMessage.objects.filter(kind="IE3N03").exists()
    assert_whole()


def test_a_container_by_sea_is_kept_until_the_last_second(lodger: str, officer: User) -> None:
    publish(("TST-01", TILES))
    registered(lodger, "F11", **boxed())
    ens = Ens.objects.get()
    window = Clock.objects.get(kind="do_not_load").ends_at
    assert window == AT + timedelta(hours=24)
    case = Case.objects.get()
    order: dict[str, Any] = {
        "verb": "do_not_load",
        "reason_code": "DNL-01",
        "subject": "equipment",
        "reference": "CSQU3054383",
        "announce": True,
    }
    decided(case, officer, **order)
    assert do_not_load_refused(ens, window) is not None
    second = at_office("second", "NL000396")
    with transaction.atomic():
        [late] = sign([case.pk], officer=second, at=window)
    assert isinstance(late, Refused)
    assert "ended at" in late.findings[0].text
    last = window - timedelta(seconds=1)
    with transaction.atomic():
        sign([case.pk], officer=second, at=last)
    advance.drain(at=last)
    details = children(told("IE3Q01"), "doNotLoadDetails")[0]
    assert text(details, "transportEquipment/containerIdentificationNumber") == "CSQU3054383"
    assert_whole()


def boxed() -> dict[str, Any]:
    """Return what makes the goods of an F11 travel in a container."""
    return {"consignmentMasterLevel": content("IE3F11", "full")["consignmentMasterLevel"]}
