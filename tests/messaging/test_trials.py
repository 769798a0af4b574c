"""Test messages are judged and answered like any other, and leave nothing behind."""

from uuid import UUID

import msgspec
import pytest
from lxml import etree

from customs_portal.accounts.models import ApiToken, Operator
from customs_portal.accounts.services import issue_token
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.models import Ens, Filing
from declarations.mrn import is_valid, make_mrn
from messaging.formats.registry import check
from messaging.inbox import receive, receive_many
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage, MessageClaim, OutboundMessage
from messaging.reads import raw_body
from tests.messaging.builders import minimal_document, minimal_ie315
from tests.pipeline.conftest import AT, CARRIER, LODGER, operator, reference

__all__ = ["reference"]


@pytest.fixture
def digest(db: None) -> str:
    """Return the digest of a token for tests."""
    firm = Operator.objects.create(eori=LODGER, name="Firm")
    issue_token(operator=firm, at=AT, test=True)
    return str(ApiToken.objects.get(operator=firm).digest)


def judged(digest: str, body: bytes) -> InboundMessage:
    correlation = receive(token_digest=digest, body=body, at=AT)
    assert correlation is not None
    advance.drain(at=AT)
    return InboundMessage.objects.select_related("answer").get(correlation=correlation)


def texts(message: InboundMessage, name: str) -> list[str | None]:
    assert message.answer is not None
    root = etree.fromstring(raw_body(message.answer))
    return [found.text for found in root.iter("{*}" + name)]


def test_a_correct_test_is_answered_and_not_registered(digest: str) -> None:
    message = judged(digest, minimal_ie315())
    assert message.is_test
    assert message.state == "answered"
    assert message.answer is not None
    assert message.answer.kind == "CC328A"
    assert texts(message, "TesIndMES18") == ["1"]
    assert texts(message, "DocNumHEA5") == [message.mrn]
    assert check(raw_body(message.answer)).findings == []
    assert not Filing.objects.exists()
    assert not Ens.objects.exists()
    assert not MessageClaim.objects.exists()
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds == {"message.received", "message.test_accepted", "message.created"}


def test_the_mrn_of_a_test_has_the_form_and_belongs_to_no_office(digest: str) -> None:
    mrn = judged(digest, minimal_ie315()).mrn
    assert is_valid(mrn)
    assert mrn[:10] == "26NLTEST00"
    with pytest.raises(ValueError, match="never given"):
        make_mrn(office="NLTEST00", number=1, at=AT)


def test_a_wrong_test_is_refused_like_any_other(digest: str) -> None:
    message = judged(digest, minimal_ie315({"IteNumGDS7": "3"}))
    assert message.answer is not None
    assert message.answer.kind == "CC316A"
    assert [finding["rule"] for finding in message.findings] == ["R007"]
    assert texts(message, "ErrReaER13") == ["R007"]
    assert not Filing.objects.exists()


def test_an_unreadable_test_is_answered(digest: str) -> None:
    message = judged(digest, b"<x")
    assert message.answer is not None
    assert message.answer.kind == "CD917B"
    assert texts(message, "TesIndMES18") == ["1"]


def test_a_test_may_be_sent_again_and_takes_no_lrn(digest: str) -> None:
    first, second = (judged(digest, minimal_ie315()) for _ in range(2))
    assert second.repeats is None
    assert first.answer_id != second.answer_id
    assert first.mrn != second.mrn
    earnest = judged(_in_earnest(), minimal_ie315())
    assert not earnest.is_test
    assert Filing.objects.get().mrn == earnest.mrn


def test_a_test_with_the_lrn_of_an_accepted_declaration_is_refused(digest: str) -> None:
    judged(_in_earnest(), minimal_ie315())
    message = judged(digest, minimal_ie315(message_id="M2"))
    assert [(found["code"], found["rule"]) for found in message.findings] == [("26", "R891")]
    assert message.findings[0]["location"] == "HEAHEA.RefNumHEA4"
    assert Filing.objects.count() == 1


def test_a_test_with_a_used_message_id_is_refused(digest: str) -> None:
    judged(_in_earnest(), minimal_ie315())
    message = judged(digest, minimal_ie315(lrn="ANOTHER"))
    assert [found["code"] for found in message.findings] == ["26"]
    assert message.findings[0]["location"] == "MES.MesIdeMES19"


def test_nobody_else_is_told_of_a_test(digest: str) -> None:
    operator(CARRIER)
    document = minimal_document()
    carrier = msgspec.structs.replace(document.declarant, identifier=CARRIER)
    message = judged(digest, minimal_ie315(carrier=carrier))
    assert message.findings == []
    assert OutboundMessage.objects.get().recipient == LODGER


def test_a_batch_sent_with_a_token_for_tests_is_a_batch_of_tests(digest: str) -> None:
    bodies = [minimal_ie315(), minimal_ie315(message_id="M2", lrn="LRN2")]
    correlations = receive_many(token_digest=digest, bodies=bodies, at=AT)
    advance.drain(at=AT)
    assert correlations is not None
    assert {_state(key) for key in correlations} == {(True, "answered")}
    assert not Filing.objects.exists()


def test_a_portal_with_tests_breaks_no_invariant(digest: str) -> None:
    for body in (minimal_ie315(), minimal_ie315(), minimal_ie315({"IteNumGDS7": "3"}), b"<x"):
        judged(digest, body)
    judged(_in_earnest(), minimal_ie315())
    assert list(breaches(Scope(sample=None))) == []


def test_an_operator_with_a_token_for_tests_alone_is_not_connected(digest: str) -> None:
    assert not Operator.objects.connected(AT).exists()
    _in_earnest()
    assert Operator.objects.connected(AT).get().eori == LODGER


def _in_earnest() -> str:
    firm = Operator.objects.get(eori=LODGER)
    issue_token(operator=firm, at=AT, label="in earnest")
    return str(ApiToken.objects.get(operator=firm, test=False).digest)


def _state(correlation: UUID) -> tuple[bool, str]:
    message = InboundMessage.objects.get(correlation=correlation)
    return message.is_test, message.state
