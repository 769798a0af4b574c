"""The lines to partners as metrics."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from customs_portal import clock
from messaging.models import Partner
from messaging.wire.waiting import WaitingFor, waiting_by_partner

_GAUGES = (
    ("waiting", "Messages that wait for the partner"),
    ("age_seconds", "Age of the oldest message that waits"),
    ("stopped", "Messages that the partner refused and that wait for a person"),
    ("overdue", "Messages with a hold or do-not-load that wait too long"),
    ("failures", "Failures in a row"),
)


class PartnerCollector(Collector):
    """Backlog, age, alarms and failures by partner, counted when asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        at = clock.now()
        gauges = {
            name: GaugeMetricFamily(f"portal_partner_{name}", text, labels=["partner"])
            for name, text in _GAUGES
        }
        counted = waiting_by_partner(at)
        for partner in Partner.objects.filter(active=True).select_related("line"):
            found = counted.get(partner.pk, WaitingFor())
            age = (at - found.since).total_seconds() if found.since else 0.0
            line = getattr(partner, "line", None)
            failures = line.failures if line else 0
            values = (found.count, age, found.stopped, found.overdue, failures)
            for gauge, value in zip(gauges.values(), values, strict=True):
                gauge.add_metric([partner.code], value)
        yield from gauges.values()
