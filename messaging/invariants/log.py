"""The event log: what is due is due for an event, once, by somebody; the past is as it was."""

from customs_portal.events.digests import broken_months
from customs_portal.events.routing import pipeline
from messaging.invariants.invariant import Scope, by_query, found_by

due_for_nothing = by_query("""
SELECT 'delivery ' || d.id FROM events_delivery d
WHERE NOT EXISTS (
    SELECT 1 FROM events_event e WHERE e.id = d.event_id AND e.month = d.event_month)
ORDER BY d.id
""")

due_twice = by_query("""
SELECT d.consumer || ' of event ' || d.event_id FROM events_delivery d
GROUP BY d.consumer, d.event_id HAVING count(*) > 1 ORDER BY 1
""")


def due_for_nobody(scope: Scope) -> list[str]:
    """Return the deliveries to consumers that the pipeline does not know."""
    known = [consumer.name for consumer in pipeline().consumers]
    return found_by(
        "SELECT 'delivery ' || d.id FROM events_delivery d"
        " WHERE d.consumer <> ALL(%(known)s) ORDER BY d.id",
        {"known": known},
    )


def changed_months(scope: Scope) -> list[str]:
    """Return the closed months of the log that are not what they were."""
    return [f"month {month:%Y-%m}" for month in broken_months()]
