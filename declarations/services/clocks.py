"""Clocks: started with the filing, stopped with the conclusion, told once when they run out."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection

from customs_portal.bulk import copy_rows, fetch_prepared
from customs_portal.events.services import NewEvent, record_many
from declarations import clocks
from declarations.clocks import ClockKind, clocks_of
from declarations.document import Document
from declarations.events import CLOCK_ENDED
from declarations.models import Clock
from declarations.services.locks import assert_in_transaction

AT_A_TIME = 500


def start_clocks(declared: Iterable[tuple[int, Document, datetime]]) -> None:
    """Start the clocks of ENS that were just registered: (id, document, time of receipt)."""
    copy_rows(
        "declarations_clock",
        ("ens_id", "kind", "started_at", "ends_at"),
        (
            (ens, clock.kind, clock.started_at, clock.ends_at)
            for ens, document, received_at in declared
            for clock in clocks_of(document, received_at)
        ),
    )


def stop_clocks(ens: Collection[int], kinds: Collection[ClockKind], *, at: datetime) -> None:
    """Stop the live clocks of these kinds; the caller holds the locks of the ENS rows."""
    assert_in_transaction()
    Clock.objects.filter(ens_id__in=ens, kind__in=kinds, stopped_at__isnull=True).update(
        stopped_at=at
    )


def replace_clocks(ens: int, wanted: Iterable[clocks.Clock], *, at: datetime) -> None:
    """Stop the live clocks of an ENS that are not wanted as they run, and start the wanted ones.

    The caller holds the lock of the ENS row. One that has already run out so is not begun again;
    one that takes the place of a resting one rests as well.
    """
    assert_in_transaction()
    new = {(clock.kind.value, clock.ends_at): clock for clock in wanted}
    live = Clock.objects.filter(ens=ens, stopped_at__isnull=True)
    stale = [clock for clock in live if new.pop((clock.kind, clock.ends_at), None) is None]
    resting = {clock.kind: clock.suspended_at for clock in stale}
    Clock.objects.filter(pk__in=[clock.pk for clock in stale]).update(stopped_at=at)
    Clock.objects.bulk_create(
        Clock(
            ens_id=ens,
            kind=kind,
            started_at=clock.started_at,
            ends_at=ends_at,
            suspended_at=resting.get(kind),
        )
        for (kind, ends_at), clock in new.items()
    )


_RESTART = """
WITH stopped AS (
    UPDATE declarations_clock SET stopped_at = %(at)s
    WHERE ens_id = ANY(%(ens)s::bigint[]) AND kind = 'analysis' AND stopped_at IS NULL
)
INSERT INTO declarations_clock (ens_id, kind, started_at, ends_at)
SELECT DISTINCT ON (k.ens_id) k.ens_id, 'do_not_load', k.started_at, k.ends_at
FROM declarations_clock k
WHERE k.ens_id = ANY(%(ens)s::bigint[]) AND k.kind = 'do_not_load' AND k.ends_at > %(at)s
  AND NOT EXISTS (SELECT 1 FROM declarations_clock r WHERE r.ens_id = k.ens_id
                  AND r.kind = 'do_not_load' AND r.stopped_at IS NULL)
ORDER BY k.ens_id, k.id DESC
"""


def restart_analysis(ens: Collection[int], *, ends_at: datetime, at: datetime) -> None:
    """Begin the analysis anew; the window of do-not-load goes on where it has not run out.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    fetch_prepared(_RESTART, {"ens": list(ens), "at": at})
    Clock.objects.bulk_create(
        Clock(ens_id=key, kind=ClockKind.ANALYSIS, started_at=at, ends_at=ends_at)
        for key in sorted(ens)
    )


_BEGIN = """
WITH stopped AS (
    UPDATE declarations_clock SET stopped_at = %(at)s
    WHERE ens_id = ANY(%(ens)s::bigint[]) AND kind = 'analysis' AND stopped_at IS NULL
      AND ends_at > %(at)s
    RETURNING ens_id, ends_at, suspended_at
)
INSERT INTO declarations_clock (ens_id, kind, started_at, ends_at, suspended_at)
SELECT ens_id, 'analysis', %(at)s, ends_at, suspended_at FROM stopped ORDER BY ens_id
"""


def begin_analysis(ens: Collection[int], *, at: datetime) -> None:
    """Let the analysis of ENS that waited for filings begin now; it ends when it would have.

    The caller holds the locks of the ENS rows. What is asked at half of the time for analysis is
    asked at half of what is left of it.
    """
    assert_in_transaction()
    fetch_prepared(_BEGIN, {"ens": list(ens), "at": at})


_END = """
UPDATE declarations_clock SET ended_at = %(at)s
WHERE id = ANY(ARRAY(
    SELECT id FROM declarations_clock
    WHERE stopped_at IS NULL AND suspended_at IS NULL AND ended_at IS NULL AND ends_at <= %(at)s
      AND kind NOT IN ('reconciliation', 'linking', 'validity')
    ORDER BY ends_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING ens_id, kind, ends_at
"""


def end_clocks(*, at: datetime) -> int:
    """Record `clock.ended` once for each clock that has run out; return how many.

    Reconciliation, linking and validity tell of their own end.
    Nothing becomes unlawful by this: who decides compares times.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_END, {"at": at, "limit": AT_A_TIME})
        rows = cursor.fetchall()
    record_many([_ended(*row, at=at) for row in rows])
    return len(rows)


def _ended(ens: int, kind: str, ends_at: datetime, *, at: datetime) -> NewEvent:
    return NewEvent(
        kind=CLOCK_ENDED,
        at=at,
        stream=ens,
        data={"clock": kind, "clock_name": str(Clock.Kind(kind).label), "ends_at": ends_at},
    )
