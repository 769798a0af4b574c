"""The log of messages and the page of one: who sees what, and that each look is recorded."""

from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import AccessLog, Role, User
from customs_portal.findings import Finding
from messaging.models import InboundMessage
from tests.factories.declarations import OFFICE, SENDER, bananas, lodged
from tests.factories.messages import received, written
from tests.factories.people import person
from tests.messaging.builders import minimal_ie315

OTHER = "BE999999999"
WRONG = Finding(code="13", rule="R007", location="GOOITEGDS[1].IteNumGDS7", text="Wrong number.")
LATER = Finding(code="26", location="HEAHEA.RefNumHEA4", text="Used before.")


@pytest.fixture
def client(trader: User) -> Client:
    found = Client()
    found.force_login(trader)
    return found


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def refused(at: datetime, **fields: object) -> InboundMessage:
    body = minimal_ie315({"IteNumGDS7": "3"})
    answer = written("CC316A", SENDER, at, lrn="LRN0000000001", body=b"<CC316A/>")
    return received(
        SENDER, at, lrn="LRN0000000001", body=body, findings=(WRONG, LATER), answer=answer, **fields
    )


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def line_of(body: bytes, element: bytes) -> int:
    return body[: body.index(b"<" + element)].count(b"\n") + 1


def test_findings_stand_beside_their_lines(client: Client, at: datetime) -> None:
    message = refused(at)
    body = minimal_ie315({"IteNumGDS7": "3"})
    shown = text(client, reverse("message", args=[message.correlation]))
    for number, (finding, element) in enumerate(((WRONG, b"IteNumGDS7"), (LATER, b"RefNumHEA4"))):
        line = line_of(body, element)
        assert f'href="#line-{line}"' in shown
        row = shown.partition(f'id="line-{line}"')[2].partition("</tr>")[0]
        assert f"&lt;{element.decode()}&gt;" in row
        assert f"{number + 1}. {finding.text}" in row
    assert sha256(body).hexdigest() in shown


def test_what_was_sent_is_never_markup_of_the_page(client: Client, at: datetime) -> None:
    message = received(SENDER, at, body=b"<script>alert(1)</script>\n\xff\x00")
    shown = text(client, reverse("message", args=[message.correlation]))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "\\xff\\x00" in shown


def test_the_exact_bytes_and_the_answer_can_be_downloaded(client: Client, at: datetime) -> None:
    message = refused(at)
    shown = text(client, reverse("message", args=[message.correlation]))
    address = reverse("message_raw", args=[message.correlation])
    assert address in shown
    assert reverse("message_written", args=[message.answer_id]) in shown
    response = client.get(address)
    assert response.content == minimal_ie315({"IteNumGDS7": "3"})
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_message_has_its_fields_in_words(client: Client, at: datetime) -> None:
    shown = text(client, reverse("message", args=[refused(at).correlation]))
    assert "Fields in words" in shown
    assert "Message sender" in shown


def test_the_page_of_an_answer_leads_to_its_question(client: Client, at: datetime) -> None:
    message = refused(at)
    shown = text(client, reverse("message_sent", args=[message.answer_id]))
    assert reverse("message", args=[message.correlation]) in shown
    assert "not yet" in shown


@pytest.mark.parametrize("page", ["message", "message_raw"])
def test_nobody_sees_what_another_sent(at: datetime, page: str) -> None:
    message = refused(at)
    stranger = as_(person(Role.TRADER, operators=(OTHER,)))
    assert stranger.get(reverse(page, args=[message.correlation])).status_code == 404
    assert str(message.correlation) not in text(stranger, reverse("messages"))
    assert not AccessLog.objects.exists()


def test_officers_see_the_messages_of_their_declarations(at: datetime) -> None:
    ens = lodged(bananas(at), at)
    message = received(SENDER, at, lrn="L1")
    InboundMessage.objects.filter(pk=message.pk).update(mrn=ens.mrn)
    hidden = received(SENDER, at, lrn="L2")
    here = as_(person(Role.OFFICER, offices=(OFFICE,)))
    shown = text(here, reverse("messages"))
    assert str(message.correlation) in shown
    assert str(hidden.correlation) not in shown
    assert reverse("ens", args=[ens.mrn]) in text(
        here, reverse("message", args=[message.correlation])
    )
    elsewhere = as_(person(Role.OFFICER))
    assert str(message.correlation) not in text(elsewhere, reverse("messages"))
    auditor = as_(person(Role.AUDITOR))
    assert str(hidden.correlation) in text(auditor, reverse("messages"))


def test_an_administrator_reads_no_message(at: datetime) -> None:
    administrator = as_(person(Role.ADMINISTRATOR))
    message = refused(at)
    assert administrator.get(reverse("messages")).status_code == 403
    assert administrator.get(reverse("message", args=[message.correlation])).status_code == 403


def test_every_look_at_a_message_is_recorded(client: Client, trader: User, at: datetime) -> None:
    message = refused(at)
    assert message.answer is not None
    client.get(reverse("message", args=[message.correlation]))
    client.get(reverse("message_raw", args=[message.correlation]))
    client.get(reverse("message_sent", args=[message.answer_id]))
    looks = AccessLog.objects.order_by("pk").values_list("user", "what", "reference", "address")
    own = (trader.pk, "message_received", str(message.correlation), "127.0.0.1")
    answer = (trader.pk, "message_sent", message.answer.message_identification, "127.0.0.1")
    assert list(looks) == [own, own, answer]


def test_every_look_at_an_ens_is_recorded(at: datetime) -> None:
    ens = lodged(bananas(at), at)
    officer = person(Role.OFFICER, offices=(OFFICE,))
    as_(officer).get(reverse("ens", args=[ens.mrn]))
    look = AccessLog.objects.get()
    assert (look.user, look.what, look.reference) == (officer, "ens", ens.mrn)


def found(client: Client, **asked: str | int | date) -> set[str]:
    shown = client.get(reverse("messages"), {name: str(value) for name, value in asked.items()})
    return {line.address for line in shown.context["page"].lines}


def test_messages_are_found_by_their_numbers(client: Client, at: datetime) -> None:
    message = refused(at)
    received(SENDER, at, lrn="OTHER")
    own = reverse("message", args=[message.correlation])
    answer = reverse("message_sent", args=[message.answer_id])
    assert message.answer is not None
    assert found(client, q="LRN0000000001") == {own, answer}
    assert found(client, q=" lrn0000000001 ") == {own, answer}
    assert found(client, q=str(message.correlation)) == {own, answer}
    assert found(client, q=message.answer.message_identification) == {answer}
    assert found(client, q="LRN000") == set()
    assert len(found(client, q=SENDER)) == 3
    assert found(client, q="\x00") == found(client)


def test_messages_are_narrowed(client: Client, at: datetime) -> None:
    message = refused(at)
    own = reverse("message", args=[message.correlation])
    answer = reverse("message_sent", args=[message.answer_id])
    assert found(client, direction="received") == {own}
    assert found(client, direction="sent") == {answer}
    assert found(client, kind="CC316A") == {answer}
    assert found(client, state="answered") == {own}
    before, after = ((at + timedelta(days=days)).date() for days in (-2, 2))
    assert found(client, **{"from": before, "to": after}) == {own, answer}
    assert found(client, **{"from": after}) == set()
    assert found(client, to=before) == set()
    assert found(client, kind="x", state="x", direction="x", page="x", to="2026-13-99") == {
        own, answer,
    }  # fmt: skip


def test_the_log_goes_page_by_page(client: Client, at: datetime) -> None:
    messages = [received(SENDER, at, lrn=f"L{number}") for number in range(60)]
    pages = [found(client, page=page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 10, 0]
    assert pages[0] | pages[1] == {reverse("message", args=[m.correlation]) for m in messages}
    assert "page=2" in text(client, reverse("messages"))


def test_the_log_asks_the_same_questions_however_long_it_is(client: Client, at: datetime) -> None:
    counts = []
    for _ in range(2):
        refused(at)
        refused(at)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("messages"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_test_message_is_marked(client: Client, at: datetime) -> None:
    message = refused(at)
    InboundMessage.objects.filter(pk=message.pk).update(is_test=True)
    assert text(client, reverse("messages")).count(">Test</strong>") == 2
    assert "nothing was registered" in text(client, reverse("message", args=[message.correlation]))


def test_a_refused_message_is_reached_from_the_home_of_its_trader(
    client: Client, at: datetime
) -> None:
    answer = written("CD917B", SENDER, at)
    message = received(SENDER, at, body=b"<x", findings=(WRONG,), answer=answer)
    assert reverse("message", args=[message.correlation]) in text(client, reverse("trader_home"))
    InboundMessage.objects.filter(pk=message.pk).update(is_test=True)
    assert "could not be read" not in text(client, reverse("trader_home"))


def test_a_look_in_the_administration_is_recorded(at: datetime) -> None:
    message = refused(at)
    auditor = person(Role.AUDITOR)
    address = reverse("admin:messaging_inboundmessage_change", args=[message.pk])
    assert as_(person(Role.ANALYST)).get(address).status_code == 403
    assert not AccessLog.objects.exists()
    assert as_(auditor).get(address).status_code == 200
    look = AccessLog.objects.get()
    assert (look.user, look.reference) == (auditor, str(message.correlation))
