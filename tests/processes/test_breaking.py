"""Whatever dies, nothing is lost, nothing is done twice, nobody is told twice."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from customs_portal.client import Client, Unavailable
from tests.messaging.builders import minimal_document
from tests.pipeline.test_main_job import flagged
from tests.processes.declaring import of_today
from tests.processes.site import WHOLE, Site, until

pytestmark = pytest.mark.processes


@pytest.fixture(autouse=True)
def whole(site: Site) -> Iterator[None]:
    """After each test the site has come to rest, and every invariant holds."""
    yield
    site.settle()
    assert site.broken() == WHOLE


def passing(**changes: object) -> bytes:
    """A declaration of its own number that hits no rule."""
    return of_today(minimal_document, **changes)


def risky() -> bytes:
    """A declaration of its own number that hits the rule, with offices of subsequent entry."""
    return of_today(flagged)


def lodge(site: Site, *bodies: bytes) -> list[str]:
    with site.client() as client:
        return [client.lodge(body).correlation_id for body in bodies]


def assert_registered_once(site: Site, correlations: list[str]) -> None:
    """Each message has one filing, one ENS, one assessment and one answer."""
    site.settle()
    rows = site.rows(
        """
        SELECT count(DISTINCT f.id), count(DISTINCT n.id),
               count(DISTINCT a.id), count(DISTINCT o.id)
        FROM messaging_inboundmessage m
        LEFT JOIN declarations_filing f ON f.mrn = m.mrn
        LEFT JOIN declarations_ens n ON n.mrn = m.mrn
        LEFT JOIN risk_assessment a ON a.ens_id = n.id
        LEFT JOIN messaging_outboundmessage o ON o.mrn = m.mrn AND o.kind = 'CC328A'
        WHERE m.correlation = ANY(%s) GROUP BY m.id
        """,
        correlations,
    )
    assert rows == [(1, 1, 1, 1)] * len(correlations)


def test_a_worker_child_killed_in_mid_batch_loses_nothing(site: Site) -> None:
    with site.held_up("declarations_filing"):
        sent = lodge(site, *(passing() for _ in range(5)))
        site.wait_for_held_up(1)
        for child in site.children("worker"):
            os.kill(child, signal.SIGKILL)
    site.end_leases()
    assert_registered_once(site, sent)


def test_all_workers_killed_lose_nothing(site: Site) -> None:
    with site.held_up("risk_assessment"):
        sent = lodge(site, *(passing() for _ in range(5)))
        site.wait_for_held_up(1)
        site.kill("worker")
        sent += lodge(site, passing())
    site.start("worker")
    site.end_leases()
    assert_registered_once(site, sent)


def test_an_emptied_valkey_loses_nothing(site: Site) -> None:
    site.pause("worker")
    sent = lodge(site, *(passing() for _ in range(5)))
    site.flush_valkey()
    site.go_on("worker")
    assert_registered_once(site, sent)


def test_without_postgresql_nothing_is_accepted_and_nothing_accepted_is_lost(site: Site) -> None:
    sent = lodge(site, *(passing() for _ in range(5)))
    site.stop_postgres()
    body = passing()
    impatient = Client(site.url, site.people["token"], pause=lambda seconds: None)
    try:
        with impatient, pytest.raises(Unavailable) as refused:
            impatient.lodge(body)
        assert (refused.value.status, refused.value.retry_after) == (503, 5)
    finally:
        site.start_postgres()
    sent += lodge(site, body)
    site.end_leases()
    assert_registered_once(site, sent)


def test_a_message_whose_parsing_kills_the_process_is_refused_alone(site: Site) -> None:
    site.kill("worker")
    procfile = "celery -A tests.processes.poisoned worker --pool prefork --concurrency 1"
    site.start("worker", f"{procfile} --queues local,network --loglevel warning")
    [poison] = lodge(site, passing(conveyance_reference="POISON"))
    sent = lodge(site, *(passing() for _ in range(3)))
    refused = (
        "SELECT count(*) FROM messaging_inboundmessage m"
        " JOIN messaging_outboundmessage o ON o.id = m.answer_id"
        " WHERE m.correlation = %s AND o.kind = 'CD917B'"
    )

    def is_refused() -> bool:
        site.end_leases()
        return site.count(refused, poison) == 1

    until(is_refused)
    assert_registered_once(site, sent)
    assert site.broken() == WHOLE
    site.kill("worker")
    site.start("worker")


def test_the_same_message_twice_at_once_is_lodged_once(site: Site) -> None:
    body = passing()
    with site.held_up("declarations_filing"):
        [first] = lodge(site, body)
        site.wait_for_held_up(1)
        [second] = lodge(site, body)
        site.wait_for_held_up(2)
    assert_registered_once(site, [first])
    with site.client() as client:
        answers = [client.answer(each, wait=10).response_xml for each in (first, second)]
    assert answers[0] is not None
    assert answers[0] == answers[1]


def decide(site: Site, case: int, session: str, reason: str) -> int:
    return site.post_page(
        session,
        f"/cases/{case}/decide/",
        revision="1",
        verb="hold",
        reason_code=reason,
        subject="declaration",
        announce="yes",
        note="Looked at it.",
    )


def open_case(site: Site) -> tuple[int, int]:
    """Lodge what hits and wait for its case; ids of ENS and case."""
    lodge(site, risky())
    site.settle()
    [row] = site.rows("SELECT ens_id, id FROM risk_case WHERE status = 'open'")
    return row


def test_two_officers_deciding_at_once_decide_once(site: Site) -> None:
    ens, case = open_case(site)
    one, two = site.people["sessions"]
    with ThreadPoolExecutor() as pool:
        with site.held_up("declarations_ens"):
            asked = [pool.submit(decide, site, case, session, "HLD-04") for session in (one, two)]
            site.wait_for_held_up(2)
        assert sorted(each.result() for each in asked) == [302, 422]
    site.settle()
    told = "SELECT kind, recipient FROM messaging_outboundmessage WHERE ens_id = %s ORDER BY 1, 2"
    assert site.rows(told, ens) == [
        ("CC328A", "NL123456789"),
        ("CC351A", "NL123456789"),
        ("CD319A", "BE"),
        ("CD319A", "DE"),
    ]
    assert site.count("SELECT count(*) FROM risk_decision WHERE case_id = %s", case) == 1
    assert site.count("SELECT count(*) FROM declarations_measure WHERE ens_id = %s", ens) == 1


def test_a_receiver_that_dies_after_the_answer_gets_the_same_message_again(site: Site) -> None:
    ens, case = open_case(site)
    assert decide(site, case, site.people["sessions"][0], "HLD-04") == 302
    site.settle()
    mine = "SELECT id FROM messaging_outboundmessage WHERE ens_id = %s AND kind = 'CC351A'"
    key = site.count(mine, ens)
    _ask_and_die(site, f"/api/v1/notifications/{key}")
    until(lambda: _state(site, key) == "delivered")
    with site.client() as client:
        again = client.notification(str(key))
        assert again == client.notification(str(key))
        listed = [each for each in client.notifications() if str(each.id) == str(key)]
    assert len(listed) == 1
    [[identification]] = site.rows(
        "SELECT message_identification FROM messaging_outboundmessage WHERE id = %s", key
    )
    assert re.findall(rb"<MesIdeMES19>(.*?)</MesIdeMES19>", again) == [identification.encode()]
    collected = "SELECT count(*) FROM events_event WHERE stream = %s AND kind = 'message.collected'"
    assert site.count(collected, ens) == 1


def _ask_and_die(site: Site, path: str) -> None:
    address = urlsplit(site.url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port)) as line:
        head = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        line.sendall(f"{head}Authorization: Token {site.people['token']}\r\n\r\n".encode())
        line.recv(1)


def _state(site: Site, key: int) -> str:
    [[state]] = site.rows("SELECT state FROM messaging_outboundmessage WHERE id = %s", key)
    return str(state)
