"""An operator with a token, another one, and messages between them and customs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from customs_portal import clock
from customs_portal.accounts.models import Operator, Role
from customs_portal.accounts.services import issue_token
from customs_portal.api import backlog, waiting
from customs_portal.events.delivery import run_batch
from customs_portal.events.routing import pipeline
from declarations.models import Referral
from declarations.services.locks import lock_ens
from declarations.services.referrals import ReferralOrder, ask
from messaging import outbox
from messaging.models import InboundMessage, OutboundMessage
from tests.factories.declarations import OFFICE, harmless, lodged
from tests.factories.people import person

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MESSAGES = "/api/v1/messages"
NOTIFICATIONS = "/api/v1/notifications"


@dataclass(frozen=True)
class System:
    """The system of an operator: what it can ask of the API."""

    eori: str
    token: str

    def post(self, body: bytes, *, query: str = "", **headers: Any) -> Any:
        return self._client().post(
            MESSAGES + query,
            body,
            content_type=headers.pop("content_type", "application/xml"),
            **headers,
        )

    def get(self, path: str, **headers: Any) -> Any:
        return self._client().get(path, **headers)

    def head(self, path: str) -> Any:
        return self._client().head(path)

    def _client(self) -> Client:
        return Client(
            headers={"authorization": f"Token {self.token}"}, raise_request_exception=True
        )


def system(eori: str, **token: Any) -> System:
    operator = Operator.objects.create(eori=eori, name=f"Firm {eori}")
    return System(eori, issue_token(operator=operator, at=clock.now(), **token))


@pytest.fixture
def trader(db: None) -> System:
    return system("NL111111111")


@pytest.fixture
def other(db: None) -> System:
    return system("NL222222222")


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with a backlog not yet counted and all places free."""
    monkeypatch.setattr("customs_portal.api.lodging.backlog", backlog.Backlog())
    monkeypatch.setattr(waiting, "places", waiting.WaitingPlaces())


def send(eori: str, *, body: bytes = b"<CC351A/>", kind: str = "IE351", event: int = 1) -> int:
    """Write a message to a trader as the pipeline does, and return its id."""
    draft = outbox.Draft(kind=kind, channel="trader", recipient=eori, event_id=event, mrn="MRN1")
    numbered = outbox.number([draft])[0]
    written = outbox.Written(
        draft=draft,
        id=numbered.id,
        message_identification=numbered.message_identification,
        body=body,
    )
    with transaction.atomic():
        outbox.write([written], at=AT)
    return numbered.id


def answer(correlation: UUID | str, eori: str, *, body: bytes = b"<CC328A/>") -> int:
    """Answer a received message as the pipeline does, and return the id of the answer."""
    message = InboundMessage.objects.get(correlation=correlation)
    sent = send(eori, body=body, kind="IE328", event=1000 + message.pk)
    InboundMessage.objects.filter(pk=message.pk).update(
        state="answered", answer=sent, kind="IE315", lrn="LRN1", mrn="26NL000396ABCD56T0"
    )
    return sent


def ask_of(eori: str) -> Referral:
    """Return a question to whoever lodged a declaration just now; its secret is in the note."""
    at = clock.now() - timedelta(minutes=10)
    ens = lodged(harmless(at), at, sender=eori)
    order = ReferralOrder(
        ens=ens.pk, type="RFI", reason_code="RFI-01", question="What is it?", elements=("Item 1",),
        note="A secret.", version=1, office=OFFICE, officer=person(Role.OFFICER).pk,
        sent_at=at, reply_by=at + timedelta(hours=2),
    )  # fmt: skip
    with transaction.atomic():
        lock_ens([ens.pk])
        [found] = ask([order], at=at)
    run_batch(pipeline().consumer("questions"), at=clock.now())
    return found


def outbound(key: int) -> OutboundMessage:
    return OutboundMessage.objects.get(pk=key)
