"""Messages of other administrations: IE302 answered by IE303, and what they may collect."""

from collections.abc import Mapping

import pytest
from django.db import transaction
from django.test import Client
from lxml import etree

from customs_portal import clock
from customs_portal.accounts.models import Operator, User
from customs_portal.accounts.services import issue_token
from declarations.models import Ens, Filing
from declarations.mrn import make_mrn
from messaging.formats.ics1.examples import full_document
from messaging.formats.ics1.markup import write
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage, OutboundMessage, Partner
from messaging.reads import raw_body
from messaging.services import connect_system
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, LODGER, operator, publish
from tests.pipeline.test_diversion import registered
from tests.pipeline.test_main_job import BANANAS, decided, drain, flagged, send, send_bytes

UNKNOWN = make_mrn(office="NL000396", number=987654, at=AT)
BELGIUM = "BE0000000001"
BY_KEY = {
    "InfTypHEA122": "1",
    "UniIdeDivHEA132": "9074729",
    "ExpDatArrHEA701": "20261201",
    "CouCodOffFirEntDecHEA100": "NL",
}


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


@pytest.fixture
def belgium() -> str:
    """The digest of the token of the Belgian system."""
    token = operator(BELGIUM)
    owner = Operator.objects.get(eori=BELGIUM)
    partner = Partner.objects.create(country="BE", name="Belgium", operator=owner)
    connect_system(partner)
    return token


def request(
    *mrns: str,
    header: Mapping[str, str] | None = None,
    office: str = "BE101000",
    sender: str = "NTA.BE",
    message_id: str = "R1",
) -> bytes:
    """Return an IE302: by entry key, or by MRN where some are given."""
    return write(
        "CD302A",
        {
            "MesSenMES3": sender,
            "MesRecMES6": "NTA.NL",
            "DatOfPreMES9": "261122",
            "TimOfPreMES10": "1030",
            "MesIdeMES19": message_id,
            "MesTypMES20": "CD302A",
            "HEAHEA": {
                "DecReqNumHEA1": "BE1",
                "TraModAtBorHEA76": "1",
                **({"InfTypHEA122": "2"} if mrns else BY_KEY),
                **(header or {}),
            },
            "CUSOFFREQ": {"RefNumEPR1": office},
            "IMPOPE200": [{"DocRefNumIMPOPE201": mrn} for mrn in mrns],
        },
    )


def answered(token: str, body: bytes) -> "etree._Element":
    """Return the answer, which is valid, waits for the partner, and breaks no invariant."""
    correlation = send_bytes(token, body)
    drain()
    assert list(breaches(Scope(sample=None))) == []
    reply = InboundMessage.objects.get(correlation=correlation).answer
    assert reply is not None
    assert (reply.channel, reply.recipient, reply.state) == ("partner", "BE", "waiting")
    assert check(raw_body(reply)).findings == []
    return etree.fromstring(raw_body(reply))


def given(reply: "etree._Element") -> list[str | None]:
    return [group.findtext("DocRefNumIMPOPE201") for group in reply.iter("IMPOPE200")]


def refused(reply: "etree._Element") -> list[tuple[str | None, str | None]]:
    return [
        (group.findtext("DocRefNumSUMDEC252"), group.findtext("SumDecRejReaCodSUMDEC256"))
        for group in reply.iter("SUMDECREJ251")
    ]


def test_each_mrn_is_given_or_refused_for_itself(lodger: str, belgium: str) -> None:
    first, second = registered(lodger, "L1", "L2")
    Filing.objects.filter(mrn=second.mrn).update(status="superseded")
    reply = answered(belgium, request(first.mrn, UNKNOWN, second.mrn))
    assert reply.tag == "{http://ics.dgtaxud.ec/CD303A}CD303A"
    assert reply.findtext("MesRecMES6") == "NTA.BE"
    assert reply.findtext("CorIdeMES25") == "R1"
    assert reply.findtext("HEAHEA/DecReqNumHEA1") == "BE1"
    assert reply.findtext("CUSOFFREQ/RefNumEPR1") == "BE101000"
    assert given(reply) == [first.mrn]
    assert refused(reply) == [(UNKNOWN, "90"), (second.mrn, "92")]
    first.refresh_from_db()
    assert first.status == Ens.Status.ASSESSED


def test_open_measures_travel_as_results_of_risk_analysis(
    lodger: str, belgium: str, officer: User
) -> None:
    send(lodger, flagged())
    drain()
    decided(officer)
    reply = answered(belgium, request(Ens.objects.get().mrn))
    results = [
        (group.findtext("IteNumInvRISANAIMP315"), group.findtext("RisAnaResCodRISANAIMP317"))
        for group in reply.iter("RISANAIMP314")
    ]
    assert results == [(None, "B")]
    assert "TST-01" not in etree.tostring(reply).decode()


def test_the_whole_declaration_is_given(lodger: str, belgium: str) -> None:
    document = full_document()
    send(lodger, document)
    drain()
    reply = answered(belgium, request(Ens.objects.get().mrn))
    operation = reply.find("IMPOPE200")
    assert operation is not None
    assert operation.findtext("LODSUMDECPERIMP229/TINLODSUMDECPERIMP236") == LODGER
    assert len(operation.findall("GOOITEIMP248")) == len(list(document.items()))
    assert operation.findtext("FIRENTCUSOFFIMP224/RefNumFIRENTCUSOFFIMP226") == "NL000396"


def test_all_declarations_of_a_means_are_given_by_entry_key(lodger: str, belgium: str) -> None:
    ours = registered(lodger, "L1", "L2")
    assert given(answered(belgium, request())) == sorted(ens.mrn for ens in ours)
    other = answered(belgium, request(header={"UniIdeDivHEA132": "9999999"}, message_id="R2"))
    assert given(other) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (request(sender="NTA.DE"), ("12", "NTA.DE")),
        (request(office="DE004600"), ("12", "DE004600")),
        (request(header={"InfTypHEA122": "7"}), ("12", "7")),
        (request(header={"ExpDatArrHEA701": "20270229"}), ("12", "20270229")),
    ],
)
def test_a_wrong_request_is_refused(
    lodger: str, belgium: str, body: bytes, error: tuple[str, str]
) -> None:
    registered(lodger, "L1")
    reply = answered(belgium, body)
    assert reply.tag == "{http://ics.dgtaxud.ec/CD906B}CD906B"
    assert reply.findtext("HEAHEA/DecReqNumHEA1") == "BE1"
    [found] = reply.iter("FUNERRER1")
    assert (found.findtext("ErrTypER11"), found.findtext("OriAttValER14")) == error


def test_a_trader_cannot_ask_and_a_partner_cannot_lodge(lodger: str, belgium: str) -> None:
    unread = answered(belgium, b"<CD302A/>")
    assert unread.tag == "{http://ics.dgtaxud.ec/CD917B}CD917B"
    lodged = send(belgium, declaration())
    asked = send_bytes(lodger, request(sender=LODGER))
    drain()
    for correlation in (lodged, asked):
        reply = InboundMessage.objects.get(correlation=correlation).answer
        assert reply is not None
        assert reply.kind == "CD917B"
    assert not Ens.objects.exists()


def test_a_partner_collects_what_is_for_its_country_and_no_more(
    lodger: str, belgium: str, officer: User
) -> None:
    send(lodger, flagged())
    drain()
    decided(officer)
    mrn = Ens.objects.get().mrn
    owner = Operator.objects.get(eori=BELGIUM)
    token = issue_token(operator=owner, at=clock.now(), label="second")
    client = Client(headers={"authorization": f"Token {token}"})
    waiting = client.get("/api/v1/notifications?state=waiting").json()["results"]
    assert [(line["kind"], line["mrn"]) for line in waiting] == [("CD319A", mrn)]
    with transaction.atomic():
        response = client.get(waiting[0]["url"])
    assert response["X-Message-Kind"] == "CD319A"
    states = OutboundMessage.objects.filter(kind="CD319A").values_list("recipient", "state")
    assert set(states) == {("BE", "delivered"), ("DE", "waiting")}
    Partner.objects.update(active=False)
    assert client.get("/api/v1/notifications").json()["results"] == []


def test_the_lodger_reads_nothing_of_the_request(lodger: str, belgium: str) -> None:
    [ens] = registered(lodger, "L1")
    answered(belgium, request(ens.mrn))
    own = Operator.objects.get(eori=LODGER).memberships.get().user
    seen = OutboundMessage.objects.visible_to(own)
    assert set(seen.values_list("kind", flat=True)) == {"CC328A"}
