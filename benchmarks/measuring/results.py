"""What a run has left in the database: when it was done, how fast it was, whether all is right."""

import io
import json
import time
from collections.abc import Sequence
from contextlib import suppress

import msgspec
import psycopg
from django.core.management import call_command

from benchmarks.measuring.load import Sent

POLL_SECONDS = 0.25
STUCK_SECONDS = 120.0
_LEFT = "SELECT count(*) FROM events_delivery WHERE parked_at IS NULL"
_DONE = """
SELECT extract(epoch FROM greatest(
    (SELECT max(pg_xact_commit_timestamp(xmin)) FROM messaging_inboundmessage),
    (SELECT max(pg_xact_commit_timestamp(xmin)) FROM risk_assessment)))::float
"""
_ANSWERED = """
SELECT correlation::text, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float
FROM messaging_inboundmessage WHERE state = 'answered' AND correlation = ANY(%s::uuid[])
"""


def wait_until_done(connection: psycopg.Connection) -> float:
    """Wait until nothing is due any more; return the time of the last answer or assessment."""
    last, since = -1, time.monotonic()
    while left := _number(connection, _LEFT):
        if left != last:
            last, since = left, time.monotonic()
        if time.monotonic() - since > STUCK_SECONDS:
            raise SystemExit(f"{left} deliveries do not get done.")
        time.sleep(POLL_SECONDS)
    done = connection.execute(_DONE).fetchone()
    assert done is not None
    return float(done[0])


def latencies_ms(connection: psycopg.Connection, sent: Sent) -> list[float]:
    """Return milliseconds from each POST to the commit of its answer, the shortest first."""
    begun = {
        str(msgspec.json.decode(body)["id"]): sent.begun[number]
        for number, body in sent.answers.items()
    }
    rows = connection.execute(_ANSWERED, [list(begun)]).fetchall()
    return sorted((committed - begun[correlation]) * 1000 for correlation, committed in rows)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which that share lies."""
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1)


def lost_and_duplicates() -> tuple[int, int]:
    """Return what `check_invariants` counts as lost and as done twice; it prints what is broken."""
    printed = io.StringIO()
    with suppress(SystemExit):
        call_command("check_invariants", format="json", stdout=printed)
    found = json.loads(printed.getvalue())
    for broken in found["broken"]:
        print(f"broken: {broken['count']} x {broken['sentence']} {broken['examples'][:3]}")
    return found["lost"], found["duplicates"]


def flagged_share(connection: psycopg.Connection) -> float:
    """Return the share of assessments that want a person."""
    query = "SELECT (count(*) FILTER (WHERE result = ''))::float / count(*) FROM risk_assessment"
    row = connection.execute(query).fetchone()
    return float(row[0]) if row else 0.0


def last_line(figures: dict[str, object]) -> str:
    """Return the figures as one line of JSON."""
    return json.dumps(figures)


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]  # our own text
    return int(row[0])
