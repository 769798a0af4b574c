"""Two administrations on the wire: what one finds the other knows, whoever was away meanwhile."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest

from customs_portal import clock
from declarations.document import Document
from messaging.formats.ics1.writing import write_declaration
from tests.messaging.builders import envelope, minimal_document
from tests.pipeline.test_diversion import request
from tests.pipeline.test_main_job import flagged
from tests.processes.site import WHOLE, Site, until
from tests.processes.two_countries import PROCESSES, story, two_countries

pytestmark = pytest.mark.processes
MANY = 200
_numbers = count(1)
_INBOX = """
SELECT count(*), count(DISTINCT e.mrn) FROM declarations_subsequententrynotice n
JOIN declarations_ens e ON e.id = n.ens_id WHERE n.told_by = 'NL' AND n.result_code = 'B'
"""
_WAITING = """
SELECT count(*) FROM messaging_outboundmessage WHERE channel = 'partner' AND state = 'waiting'
"""


@pytest.fixture(scope="module")
def countries() -> Iterator[tuple[Site, Site]]:
    with tempfile.TemporaryDirectory(prefix="customs-portal-two-") as name:
        Path(name).chmod(0o711)
        with two_countries(Path(name)) as running:
            yield running


def declaration() -> bytes:
    """A declaration of its own number with goods that hit no rule, for this port alone."""
    return _xml(minimal_document)


def risky() -> bytes:
    """One that hits the rule, on its way to Belgium afterwards."""
    return _xml(_flagged)


def _flagged(**changes: object) -> Document:
    return msgspec.structs.replace(flagged(**changes), subsequent_offices=("BE101000",))


def _xml(make: Callable[..., Document]) -> bytes:
    number = next(_numbers)
    document = make(lrn=f"LRN{number}", declared_at=clock.now())
    return write_declaration(document, envelope(message_id=f"TEST{number:010}"))


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
        for name in PROCESSES:
            belgium.kill(name)
        for _ in range(MANY // 100):
            client.lodge_batch([risky() for _ in range(100)])
    conclude(netherlands, MANY)
    assert inbox(belgium) == (1, 1)
    for name in PROCESSES:
        belgium.start(name)
    belgium.wait_until_ready()
    netherlands.rows("UPDATE messaging_partnerline SET open_until = now()")
    until(lambda: inbox(belgium) == (1 + MANY, 1 + MANY))
    until(lambda: delivered(netherlands))
    for site in (netherlands, belgium):
        site.settle()
        assert site.broken() == WHOLE


def a_ship_is_diverted(netherlands: Site, belgium: Site) -> None:
    """A ship declared to Rotterdam goes to Antwerp instead; both stories tell it."""
    with netherlands.client() as client:
        client.lodge(declaration())
        netherlands.settle()
        mrn = mrns_of(netherlands)[-1]
        client.lodge(request(mrn))
    netherlands.settle()
    until(lambda: delivered(netherlands))
    until(lambda: mrn in mrns_of(belgium))
    belgium.settle()
    assert "CD301A delivered to BE" in story(netherlands, mrn)
    assert any("NL" in line for line in story(belgium, mrn))
