"""The pipeline as metrics."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from customs_portal import clock
from customs_portal.events.backlog import backlogs


class BacklogCollector(Collector):
    """Backlog, age and parked deliveries by consumer, counted when asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the three gauges."""
        label = ["consumer"]
        due = GaugeMetricFamily("portal_deliveries_due", "Deliveries that are due", labels=label)
        parked = GaugeMetricFamily(
            "portal_deliveries_parked", "Deliveries that wait for a person", labels=label
        )
        age = GaugeMetricFamily(
            "portal_delivery_age_seconds", "Age of the oldest delivery that is due", labels=label
        )
        for found in backlogs(at=clock.now()):
            due.add_metric([found.consumer], found.due)
            parked.add_metric([found.consumer], found.parked)
            age.add_metric([found.consumer], found.age.total_seconds())
        yield from (due, parked, age)
