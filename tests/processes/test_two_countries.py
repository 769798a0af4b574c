"""Two administrations on the wire: what one finds the other knows, whoever was away meanwhile."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from customs_portal import clock
from declarations.document import Document
from declarations.mrn import make_mrn
from tests.messaging.builders import arrival_message, minimal_document
from tests.pipeline.screening import AGREED
from tests.pipeline.test_diversion import request
from tests.pipeline.test_main_job import flagged
from tests.processes.declaring import for_belgium_today, of_today
from tests.processes.site import WHOLE, Site, until
from tests.processes.two_countries import PROCESSES, story, two_countries

pytestmark = pytest.mark.processes
MANY = 200
NOBODYS = make_mrn(office="NL000396", number=36**6, at=clock.now())
_INBOX = """
SELECT count(*), count(DISTINCT e.mrn) FROM declarations_subsequententrynotice n
JOIN declarations_ens e ON e.id = n.ens_id WHERE n.told_by = 'NL' AND n.result_code = 'B'
"""
_ASSESSED = """
SELECT count(*) FROM risk_assessment a JOIN declarations_ens e ON e.id = a.ens_id
WHERE a.status = 'concluded' AND e.role = 'actual_first_entry' AND e.mrn = ANY(%s)
"""
_SENT = """
SELECT kind, count(*) FROM messaging_outboundmessage
WHERE kind IN ('CD301A', 'CD302A', 'CD303A') AND state = 'delivered' GROUP BY kind
"""
_WAITING = """
SELECT count(*) FROM messaging_outboundmessage WHERE channel = 'partner' AND state = 'waiting'
"""
_AGREE = """
UPDATE messaging_partner
SET we_send = we_send || %s::varchar[], they_send = they_send || %s::varchar[]
WHERE kind = 'administration'
"""
_SCREENED = """
SELECT state, text FROM risk_screening WHERE is_ours ORDER BY id
"""
_ENDED = "SELECT status, result FROM risk_assessment ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def countries() -> Iterator[tuple[Site, Site]]:
    with tempfile.TemporaryDirectory(prefix="customs-portal-two-") as name:
        Path(name).chmod(0o711)
        with two_countries(Path(name)) as running:
            yield running


def declaration() -> bytes:
    """A declaration of its own number with goods that hit no rule, for this port alone."""
    return of_today(minimal_document)


def risky() -> bytes:
    """One that hits the rule, on its way to Belgium afterwards."""
    return of_today(_flagged)


def _flagged(**changes: object) -> Document:
    return msgspec.structs.replace(flagged(**changes), subsequent_offices=("BE101000",))


def mrns_of(site: Site) -> list[str]:
    return [row[0] for row in site.rows("SELECT mrn FROM declarations_ens ORDER BY id")]


def conclude(site: Site, expected: int) -> None:
    """Let an officer hold what is open."""
    site.settle()
    held = site.run("-m", "tests.processes.conclude")
    assert held.stdout.strip() == str(expected), held.stderr


def inbox(site: Site) -> tuple[int, ...]:
    [found] = site.rows(_INBOX)
    return found


def know_each_other(*sites: Site) -> bool:
    known = "SELECT count(*) FROM messaging_partnerkey"
    return all(site.count(known) == 1 for site in sites)


def delivered(site: Site) -> bool:
    return site.count(_WAITING) == 0


def test_two_administrations_tell_each_other_everything_once(
    countries: tuple[Site, Site],
) -> None:
    netherlands, belgium = countries
    until(lambda: know_each_other(netherlands, belgium))
    with netherlands.client() as client:
        client.lodge(risky())
        conclude(netherlands, 1)
        until(lambda: inbox(belgium) == (1, 1))
        [flagged_mrn] = mrns_of(netherlands)
        until(lambda: delivered(netherlands))
        assert "CD319A delivered to BE" in story(netherlands, flagged_mrn)
        assert any("NL" in line for line in story(belgium, flagged_mrn))
        a_ship_is_diverted(netherlands, belgium)
        go_away(belgium)
        for _ in range(MANY // 100):
            client.lodge_batch([risky() for _ in range(100)])
    conclude(netherlands, MANY)
    assert inbox(belgium) == (1, 1)
    come_back(belgium, netherlands)
    until(lambda: inbox(belgium) == (1 + MANY, 1 + MANY))
    until(lambda: delivered(netherlands))
    for site in (netherlands, belgium):
        site.settle()
        assert site.broken() == WHOLE


def test_one_administration_screens_for_the_other(countries: tuple[Site, Site]) -> None:
    netherlands, belgium = countries
    until(lambda: know_each_other(netherlands, belgium))
    for site in countries:
        site.rows(_AGREE, list(AGREED), list(AGREED))
    with netherlands.client() as client:
        client.lodge(for_belgium_today(goods=b"080390"))
        until(lambda: screened(netherlands) == [("hit", "")])
        confirmed = belgium.run("-m", "tests.processes.confirm")
        assert confirmed.stdout.strip() == "1", confirmed.stderr
        until(lambda: screened(netherlands) == [("confirmed", "Known route")])
        until(lambda: delivered(belgium))
        go_away(belgium)
        client.lodge(for_belgium_today(goods=b"690721"))
    netherlands.settle()
    assert screened(netherlands)[1:] == [("asked", "")]
    netherlands.rows("UPDATE risk_screening SET ends_at = now() WHERE is_ours AND state = 'asked'")
    until(lambda: screened(netherlands)[1:] == [("silent", "")])
    until(lambda: netherlands.rows(_ENDED) == [("concluded", "no_risk")])
    come_back(belgium, netherlands)
    until(lambda: delivered(netherlands))
    for site in countries:
        site.settle()
        assert site.broken() == WHOLE


def screened(site: Site) -> list[tuple[str, str]]:
    """Return what the other State has answered, in the order in which it was asked."""
    return site.rows(_SCREENED)


def go_away(site: Site) -> None:
    for name in PROCESSES:
        site.kill(name)


def come_back(site: Site, *others: Site) -> None:
    for name in PROCESSES:
        site.start(name)
    site.wait_until_ready()
    for other in others:
        other.rows("UPDATE messaging_partnerline SET open_until = now()")


def a_ship_is_diverted(netherlands: Site, belgium: Site) -> None:
    """Story 5: a ship declared to Rotterdam goes to Antwerp, which nobody can reach for a while.

    Its arrival there names one more that Rotterdam knows, and one that nobody knows.
    """
    with netherlands.client() as client:
        client.lodge_batch([declaration() for _ in range(4)])
        netherlands.settle()
        *diverted, more = mrns_of(netherlands)[-4:]
        go_away(belgium)
        client.lodge(request(*diverted))
    netherlands.settle()
    assert netherlands.count(_WAITING) == len(diverted)
    come_back(belgium, netherlands)
    until(lambda: delivered(netherlands))
    until(lambda: set(diverted) <= set(mrns_of(belgium)))
    belgium.settle()
    assert belgium.count(_ASSESSED, diverted) == len(diverted)
    arrive_at_antwerp(belgium, [*diverted, more, NOBODYS])
    until(lambda: lines(belgium)[more] == ("resolved", "none"))
    until(lambda: lines(belgium)[NOBODYS] == ("unmatched", "in_force"))
    assert {lines(belgium)[mrn] for mrn in diverted} == {("matched", "none")}
    assert len(mrns_of(belgium)) == len(set(mrns_of(belgium)))
    until(lambda: delivered(belgium))
    until(lambda: delivered(netherlands))
    assert sent(netherlands) == {"CD301A": 3, "CD303A": 1}
    assert sent(belgium) == {"CD302A": 1}
    for mrn in diverted:
        assert "CD301A delivered to BE" in story(netherlands, mrn)
        assert any("Taken over from NL by IE301" in line for line in story(belgium, mrn))
    assert any("Given to BE101000" in line for line in story(netherlands, more))
    assert any("Taken over from NL by IE303" in line for line in story(belgium, more))


def arrive_at_antwerp(belgium: Site, mrns: list[str]) -> None:
    with belgium.client() as client:
        client.lodge(
            arrival_message(
                *mrns, office="BE101000", ActualDateOfArrival=f"{clock.now():%Y%m%d}",
                IntendedFirstOffice="N",
            )
        )  # fmt: skip
    belgium.settle()


def lines(site: Site) -> dict[str, tuple[str, str]]:
    """Return state and hold of each line of the arrival, by MRN."""
    rows = site.rows("SELECT mrn, state, hold FROM declarations_arrivalline")
    return {mrn: (state, hold) for mrn, state, hold in rows}


def sent(site: Site) -> dict[str, int]:
    """Return how often what belongs to a diversion was sent, by kind."""
    return dict(site.rows(_SENT))
