"""A filing with very many houses is read in bounded memory, or refused before it is read."""

import subprocess
import sys
from pathlib import Path

import pytest

from messaging.formats.ics2.examples import example
from messaging.formats.ics2.tables import FILING_SIZE
from messaging.formats.registry import read

ROOT = Path(__file__).resolve().parents[4]
HOUSE = (b"<consignmentHouseLevel>", b"</consignmentHouseLevel>")
MOST_MEGABYTES = 600
MOST_HOUSES = 9_999
_READ = """
import resource, sys
from messaging.formats.registry import read
from tests.messaging.formats.ics2.test_limits import filing, small
read(small())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reading = read(filing(int(sys.argv[1])))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert not reading.findings and reading.document, reading.findings
print(len(reading.document.consignments), (after - before) // 1024)
"""


def small() -> bytes:
    return example("IE3F32", "minimal").replace(b"\n", b"").replace(b"  ", b"")


def filing(houses: int) -> bytes:
    """Return an F32 with that many houses, each with its own document."""
    body = small()
    begin, end = body.index(HOUSE[0]), body.index(HOUSE[1]) + len(HOUSE[1])
    one = body[begin:end]
    many = (one.replace(b"HAWB2611001", b"H%09d" % number) for number in range(houses))
    return body[:begin] + b"".join(many) + body[end:]


def test_as_many_houses_as_fit_are_read_in_bounded_memory() -> None:
    houses = FILING_SIZE // len(filing(1)) - 1
    assert houses > MOST_HOUSES
    finished = subprocess.run(
        [sys.executable, "-c", _READ, str(houses)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    read_houses, megabytes = map(int, finished.stdout.split())
    assert read_houses == houses
    assert megabytes < MOST_MEGABYTES


def test_what_has_too_many_bytes_is_refused() -> None:
    body = filing(2 * MOST_HOUSES)
    assert len(body) > FILING_SIZE
    (told,) = read(body).findings
    assert told.code == "18"
    assert f"{len(body)} bytes" in told.text


@pytest.mark.parametrize("count", [100, 99])
def test_more_houses_than_the_table_allows_are_refused(count: int) -> None:
    body = filing(count).replace(b"F32", b"F24")
    assert body.count(HOUSE[0]) == count
    codes = {finding.code for finding in read(body).findings}
    assert ("35" in codes) is (count == 100)
