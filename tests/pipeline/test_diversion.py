"""Diversions from bytes to answer: IE323, IE325, IE324, and the hand-over by IE301."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from lxml import etree

from customs_portal.events.models import Event
from declarations.document import Party
from declarations.models import ConsignmentLife, Ens, Filing
from declarations.mrn import make_mrn
from messaging.formats.ics1.markup import write
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body
from risk.models import Assessment, Case
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, CARRIER, LODGER, operator, publish
from tests.pipeline.test_main_job import BANANAS, drain, flagged, send, send_bytes

UNKNOWN = make_mrn(office="NL000396", number=987654, at=AT)
BY_KEY = {
    "InfTypHEA122": "1",
    "UniIdeDivHEA132": "9074729",
    "ExpDatArrHEA701": "20261201",
    "CouCodOffFirEntDecHEA100": "NL",
}


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


def request(
    *mrns: str,
    header: Mapping[str, str] | None = None,
    office: str = "BE101000",
    requester: str = LODGER,
    message_id: str = "D1",
) -> bytes:
    """Return an IE323: by entry key, or by MRN where some are given."""
    return write(
        "CC323A",
        {
            "MesSenMES3": requester,
            "MesRecMES6": "NTA.NL",
            "DatOfPreMES9": "261122",
            "TimOfPreMES10": "1030",
            "MesIdeMES19": message_id,
            "MesTypMES20": "CC323A",
            "HEAHEA": {
                "TraModAtBorHEA76": "1",
                "DivRefNumHEA119": "DIV-1",
                **({"InfTypHEA122": "2"} if mrns else BY_KEY),
                **(header or {}),
            },
            "CUSOFFENTACTOFF700": {"RefNumCUSOFFENTACTOFF701": office},
            "TRAREQDIV456": {"TINTRAREQDIV463": requester},
            "IMPOPE200": [{"DocRefNumIMPOPE201": mrn} for mrn in mrns],
        },
    )


def diverted(token: str, body: bytes) -> "etree._Element":
    correlation = send_bytes(token, body)
    drain()
    assert list(breaches(Scope(sample=None))) == []
    reply = InboundMessage.objects.get(correlation=correlation).answer
    assert reply is not None
    assert check(raw_body(reply)).findings == []
    return etree.fromstring(raw_body(reply))


def errors(reply: "etree._Element") -> list[tuple[str | None, str | None]]:
    return [
        (group.findtext("ErrTypER11"), group.findtext("OriAttValER14"))
        for group in reply.iter("FUNERRER1")
    ]


def registered(token: str, *lrns: str, **changes: Any) -> list[Ens]:
    for number, lrn in enumerate(lrns):
        send(token, declaration(lrn=lrn, **changes), f"M{number}")
    drain()
    return list(Ens.objects.order_by("pk"))


def test_every_declaration_of_the_means_is_diverted_and_handed_over(lodger: str) -> None:
    registered(lodger, "L1", "L2")
    reply = diverted(lodger, request())
    assert reply.tag == "{http://ics.dgtaxud.ec/CC325A}CC325A"
    assert reply.findtext("HEAHEA/DivRefNumHEA119") == "DIV-1"
    assert set(Ens.objects.values_list("status", flat=True)) == {"diverted"}
    sent = OutboundMessage.objects.filter(kind="CD301A")
    assert sorted(sent.values_list("recipient", "mrn")) == sorted(
        ("BE", mrn) for mrn in Ens.objects.values_list("mrn", flat=True)
    )
    assert all(check(raw_body(message)).findings == [] for message in sent)
    for ens in Ens.objects.all():
        assert not ens.clocks.filter(stopped_at=None).exists()


def test_only_the_declarations_that_are_named_are_diverted(lodger: str) -> None:
    first, second = registered(lodger, "L1", "L2")
    diverted(lodger, request(first.mrn))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("diverted", "assessed")


def test_the_analysis_of_what_is_diverted_ends(lodger: str) -> None:
    send(lodger, flagged())
    drain()
    diverted(lodger, request(office="FR002730"))
    assert Assessment.objects.get().status == "superseded"
    assert Case.objects.get().status == Case.Status.CLOSED


def _status(status: str) -> Callable[[], object]:
    return lambda: Filing.objects.update(status=status)


def _goods(state: str) -> Callable[[], object]:
    return lambda: ConsignmentLife.objects.update(goods=state)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (_status("superseded"), "92"),
        (_status("expired"), "92"),
        (_goods("arrived"), "92"),
        (_goods("presented"), "92"),
        (_goods("released"), "92"),
        (lambda: Ens.objects.update(status="diverted"), "92"),
    ],
)
def test_a_request_out_of_sequence_is_refused(
    lodger: str, before: Callable[[], object], code: str
) -> None:
    [ens] = registered(lodger, "L1")
    before()
    state = Ens.objects.get().status
    correlation = send_bytes(lodger, request(ens.mrn))
    drain()
    reply = InboundMessage.objects.get(correlation=correlation).answer
    assert reply is not None
    assert reply.kind == "CC324A"
    assert errors(etree.fromstring(raw_body(reply))) == [(code, ens.mrn)]
    assert Ens.objects.get().status == state
    assert not OutboundMessage.objects.filter(kind="CD301A").exists()


def test_one_wrong_mrn_refuses_the_request_and_is_named(lodger: str) -> None:
    [ens] = registered(lodger, "L1")
    reply = diverted(lodger, request(ens.mrn, UNKNOWN))
    assert reply.tag == "{http://ics.dgtaxud.ec/CC324A}CC324A"
    assert errors(reply) == [("90", UNKNOWN)]
    assert Ens.objects.get().status == "assessed"


@pytest.mark.parametrize("office", ["NL000510", "BE101000"])
def test_no_notice_is_needed_where_the_state_was_declared(lodger: str, office: str) -> None:
    [ens] = registered(lodger, "L1", subsequent_offices=("BE101000",))
    reply = diverted(lodger, request(ens.mrn, office=office))
    assert errors(reply) == [("14", office)]
    text = reply.findtext("HEAHEA/RejReaHEA127")
    assert text == "No diversion notice is needed: the declaration names this State."
    assert Ens.objects.get().status == "assessed"


def test_a_stranger_cannot_divert_nor_learn_of_a_declaration(lodger: str) -> None:
    [ens] = registered(lodger, "L1")
    stranger = operator("NL555555555")
    reply = diverted(stranger, request(ens.mrn, requester="NL555555555"))
    assert errors(reply) == [("90", ens.mrn)]
    attempt = Event.objects.get(kind="filing.approached")
    assert (attempt.stream, attempt.data["sender"]) == (ens.pk, "NL555555555")
    by_key = diverted(stranger, request(requester="NL555555555", message_id="D2"))
    assert errors(by_key) == [("90", "9074729")]
    assert Ens.objects.get().status == "assessed"


def test_who_lodged_but_does_not_run_the_means_may_not_divert(lodger: str) -> None:
    [ens] = registered(lodger, "L1", carrier=Party(identifier=CARRIER))
    reply = diverted(lodger, request(ens.mrn))
    assert errors(reply) == [("12", ens.mrn)]
    assert Ens.objects.get().status == "assessed"


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ({"InfTypHEA122": "7"}, ["12"]),
        ({"UniIdeDivHEA132": ""}, ["13"]),
        ({"ExpDatArrHEA701": ""}, ["13"]),
        ({"CouCodOffFirEntDecHEA100": ""}, ["13"]),
        ({"CouCodOffFirEntDecHEA100": "BE"}, ["14"]),
        ({"ExpDatArrHEA701": "20270229"}, ["12"]),
    ],
)
def test_what_the_information_type_needs_is_checked(
    lodger: str, header: dict[str, str], codes: list[str]
) -> None:
    registered(lodger, "L1")
    reply = diverted(lodger, request(header=header))
    assert reply.findtext("HEAHEA/DivRefNumHEA119") == "DIV-1"
    assert [code for code, _ in errors(reply)] == codes
    assert Ens.objects.get().status == "assessed"
