"""A flagged and an unflagged declaration look the same to the trader, byte for byte.

Two traders of equal names lodge the same at the same time; a rule selects the second, and officers
act on it without announcing anything. Then each asks every page and every address of the API.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from typing import Any

import msgspec
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal.access import Door, Row, rows
from customs_portal.accounts.models import ApiToken, Operator, OperatorMembership, Role, User
from customs_portal.accounts.services import issue_token
from customs_portal.events import advance
from customs_portal.reference import snapshot
from declarations.document import Party
from declarations.models import Ens, Filing, Measure
from messaging.formats.ics1.writing import write_declaration
from messaging.inbox import receive
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body
from risk import rule_sets
from risk.engine.operators import Operator as Op
from risk.engine.tree import Leaf
from risk.models import Case
from risk.services import Decided, DecisionOrder, claim, decide
from tests.factories.people import person
from tests.factories.reference import load_reference
from tests.messaging.builders import envelope, minimal_document
from tests.pipeline.conftest import publish
from tests.pipeline.test_filings import filing, said

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CLEAN, FLAGGED = "NL111111111", "NL999999999"
HIT = Leaf(field="declarant.identifier", operator=Op.IN_VALUES, values=(FLAGGED,))


@dataclass(frozen=True)
class Twin:
    """One of the two: its browser, its system, and all by which it is told apart."""

    eori: str
    owner: User
    browser: Client
    system: Client
    token: ApiToken

    @property
    def filing(self) -> Filing:
        return Filing.objects.get(declarant=self.eori)

    def addresses(self) -> dict[str, str]:
        """Return every address that shows a trader something."""
        message = InboundMessage.objects.filter(operator__eori=self.eori).order_by("pk")[0]
        sent = OutboundMessage.objects.filter(recipient=self.eori).order_by("pk")[0]
        company = {"eori": self.eori}
        named: dict[str, dict[str, Any]] = {
            "message": {"correlation": message.correlation},
            "message_raw": {"correlation": message.correlation},
            "message_sent": {"pk": sent.pk},
            "message_written": {"pk": sent.pk},
            "trader_filing": {"pk": self.filing.pk},
            "trader_versions": {"pk": self.filing.pk},
            **dict.fromkeys(
                ("company", "own_score_card", "grant_mandate", "invite_colleague", "issue_token"),
                company,
            ),
            "api:message": {"correlation": message.correlation},
            "api:notification": {"key": sent.pk},
            "api:filing": {"mrn": self.filing.mrn},
        }
        return {name: reverse(name, kwargs=named.get(name, {})) for name, _row in shown()}

    def references(self) -> dict[str, str]:
        """Return all that differs between two declarations, and what stands for it."""
        messages = InboundMessage.objects.filter(operator__eori=self.eori)
        sent = OutboundMessage.objects.filter(recipient=self.eori)
        return {
            self.eori: "EORI",
            str(self.filing.mrn): "MRN",
            self.token.token_key: "TOKEN",
            self.token.token_key[:8]: "TOKEN",
            **{str(each.correlation): "CORRELATION" for each in messages},
            **{each.message_identification: "MESSAGE" for each in sent},
        }


ELSEWHERE = {"home", "companies", "api:notification"}
"""What leads on to another page; and there is no notification but what was announced."""
ABOUT_THE_ACCOUNT = ("mfa_", "admin:", "api:docs", "api:schema", "account_", "your_account")
"""Addresses that show nothing of declarations."""
ASKED = ("question", "api:referral")
"""What is there only for somebody whom an officer has asked."""


def shown() -> Iterator[tuple[str, Row]]:
    for name, row in rows().items():
        is_read = not row.verb and row.door in (Door.LOGIN, Door.TOKEN)
        is_other = name in ASKED or name.startswith(ABOUT_THE_ACCOUNT)
        if is_read and Role.TRADER in row.roles and not is_other:
            yield name, row


def make_twin(eori: str) -> Twin:
    operator = Operator.objects.create(eori=eori, name="Trading B.V.")
    user = person(Role.TRADER, first_name="Kim", last_name="Vos")
    OperatorMembership.objects.create(
        user=user, operator=operator, role=OperatorMembership.Role.OWNER
    )
    browser = Client()
    browser.force_login(user)
    token = issue_token(operator=operator, at=AT)
    system = Client(headers={"authorization": f"Token {token}"})
    return Twin(eori, user, browser, system, ApiToken.objects.get(operator=operator))


def lodge_house(twin: Twin) -> None:
    """Lodge a house of ICS2 before loading by air."""
    [declarant] = said("IE3F24")["declarant"]
    own = [{**declarant, "identificationNumber": twin.eori}]
    body = filing("IE3F24", "LRN1", declarant=own)
    assert receive(token_digest=twin.token.digest, body=body, at=AT) is not None


def lodge(twin: Twin) -> None:
    document = minimal_document(
        lrn="LRN1", subsequent_offices=("BE101000",), expected_arrival=AT + timedelta(days=9)
    )
    own = msgspec.structs.replace(document, declarant=Party(identifier=twin.eori))
    body = write_declaration(own, envelope(message_id="M1", sender=twin.eori))
    assert receive(token_digest=twin.token.digest, body=body, at=AT) is not None


def control_silently(case: Case, at: datetime) -> None:
    """Claim the case and decide a control; the trader is not told."""
    officer = person(Role.OFFICER, offices=(case.office,))
    with transaction.atomic():
        claim([case.pk], officer=officer, at=at)
        order = DecisionOrder(
            case=case.pk, revision=case.revision, verb="control", reason_code="CTL-02",
            note="Doors and floor.", announce=False, place=case.office,
        )  # fmt: skip
        [result] = decide([order], officer=officer, at=at)
    assert isinstance(result, Decided), result


def seen(twin: Twin) -> dict[str, tuple[int, dict[str, str], str]]:
    """Return status, headers and body of every address, without the references of the twin."""
    found = {}
    for name, address in twin.addresses().items():
        client = twin.system if name.startswith("api:") else twin.browser
        response = client.get(address)
        body = response.getvalue().decode() if response.streaming else response.content.decode()
        headers = {key: neutral(value, twin) for key, value in response.headers.items()}
        assert headers.get("Content-Length", str(len(body.encode()))) == str(len(body.encode()))
        told_body = neutral(body, twin)
        headers["Content-Length"] = str(len(told_body))
        found[name] = (response.status_code, headers, told_body)
    return found


def neutral(text: str, twin: Twin) -> str:
    for reference, word in twin.references().items():
        text = text.replace(reference, word)
    for pattern, word in PATTERNS:
        text = re.sub(pattern, word, text)
    return text


PATTERNS = (
    (r'name="csrfmiddlewaretoken" value="[^"]+"', "CSRF"),
    (r"/(filings|messages/sent|messages/out|notifications|colleagues)/\d+", r"/\1/N"),
    (r'"id":\d+', '"id":N'),
    (r"sent-\d+|kind-\d+", "N"),
    (r"\b(?:trader|user|person)-?\d+\b", "USER"),
    (r"\b[0-9a-f]{64}\b", "SHA-256"),
    (r"\b[0-9a-f]{32}\b", "MESSAGE"),
)


@pytest.fixture
def twins(db: None, time_machine: Any, request: pytest.FixtureRequest) -> tuple[Twin, Twin]:
    time_machine.move_to(AT, tick=False)
    snapshot.forget()
    rule_sets.forget()
    load_reference()
    publish(("TST-01", HIT))
    found = make_twin(CLEAN), make_twin(FLAGGED)
    for twin in found:
        request.param(twin)
        advance.drain(at=AT)
    return found


@pytest.mark.parametrize(
    ("twins", "hours"), [(lodge, 0), (lodge, 30), (lodge_house, 0)], indirect=["twins"]
)
def test_twins_look_the_same_on_every_page_and_address(
    twins: tuple[Twin, Twin], time_machine: Any, hours: int
) -> None:
    clean, flagged = twins
    case = Case.objects.get()
    assert case.ens.mrn == flagged.filing.mrn
    control_silently(case, AT)
    advance.drain(at=AT)
    assert Measure.objects.get().announced_at is None
    assert Ens.objects.count() == 2
    time_machine.move_to(AT + timedelta(hours=hours), tick=False)
    for twin in twins:
        twin.browser.force_login(twin.owner)
    first, second = seen(clean), seen(flagged)
    assert first.keys() == second.keys()
    assert len(first) > 15
    assert {name: told(first[name], second[name]) for name in first} == {name: [] for name in first}
    assert {name for name, (status, _h, _b) in first.items() if status != 200} == ELSEWHERE
    assert sent_to(clean) == sent_to(flagged)


def sent_to(twin: Twin) -> list[tuple[str, datetime, str]]:
    """Return every message to a twin, without its references: kind, moment, bytes."""
    found = OutboundMessage.objects.filter(recipient=twin.eori).order_by("pk")
    return [(each.kind, each.created_at, neutral(raw_body(each).decode(), twin)) for each in found]


Answer = tuple[int, dict[str, str], str]


def told(first: Answer, second: Answer) -> list[str]:
    """Return in lines what differs between two answers."""
    old, new = ("\n".join(map(str, answer)).splitlines() for answer in (first, second))
    return [line for line in unified_diff(old, new, n=0, lineterm="") if line[:1] in "+-"]
