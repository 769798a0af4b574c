"""The limits of declarations as metrics."""

from collections.abc import Iterator

from django.db import connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from customs_portal import clock
from declarations.models import Clock

_COUNT = """
SELECT kind, count(*) FILTER (WHERE ended_at IS NOT NULL),
       count(*) FILTER (WHERE stopped_at IS NULL AND suspended_at IS NULL AND ends_at <= %s)
FROM declarations_clock GROUP BY kind
"""


class ClockCollector(Collector):
    """Clocks that ran out, ever and still counting now, by kind."""

    def collect(self) -> Iterator[Metric]:
        """Yield the counter and the gauge."""
        ever = CounterMetricFamily("portal_clocks_ended", "Clocks that ran out", labels=["kind"])
        now = GaugeMetricFamily(
            "portal_clocks_overdue", "Clocks that have run out and count still", labels=["kind"]
        )
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [clock.now()])
            found = {kind: counts for kind, *counts in cursor.fetchall()}
        for kind in Clock.Kind.values:
            ended, overdue = found.get(kind, (0, 0))
            ever.add_metric([kind], ended)
            now.add_metric([kind], overdue)
        yield from (ever, now)
