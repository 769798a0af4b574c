"""What beat does again and again, in seconds; a task that nobody took in time is not done late."""

from typing import Any

from celery.schedules import schedule


def every(seconds: float, task: str, *, expires: int | None = None) -> dict[str, Any]:
    """Return the entry of a task; it is dropped where no worker takes it within `expires`."""
    entry: dict[str, Any] = {"task": task, "schedule": schedule(seconds)}
    return entry if expires is None else {**entry, "options": {"expires": expires}}


SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": every(1, "customs_portal.events.tasks.sweep", expires=2),
    "open_unassessed": every(10, "risk.tasks.open_unassessed", expires=20),
    "deliver": every(2, "messaging.tasks.deliver", expires=2),
    "collect_folders": every(5, "messaging.tasks.collect_folders", expires=5),
    "fetch_partner_keys": every(3_600, "messaging.tasks.fetch_partner_keys", expires=1_800),
    "link_waiting": every(20, "risk.tasks.link_waiting", expires=20),
    "end_silent_screenings": every(5, "risk.tasks.end_silent_screenings", expires=5),
    "tidy_queue": every(20, "risk.tasks.tidy_queue", expires=20),
    "open_undelivered": every(30, "messaging.tasks.open_undelivered", expires=60),
    "tell_of_open_cases": every(60, "messaging.tasks.tell_of_open_cases", expires=60),
    "back_tests": every(5, "risk.tasks.continue_back_tests", expires=10),
    "clocks": every(5, "declarations.tasks.tell_ended_clocks", expires=10),
    "reconcile": every(60, "declarations.tasks.reconcile", expires=60),
    "scan_files": every(5, "declarations.tasks.scan_files", expires=10),
    "infringements": every(3_600, "declarations.tasks.find_infringements", expires=3_600),
    "reassess": every(5, "risk.tasks.reassess", expires=5),
    "rescreen": every(2, "risk.tasks.rescreen", expires=2),
    "ask_for_reviews": every(3600, "risk.tasks.ask_for_reviews", expires=1800),
    "partitions": every(86_400, "customs_portal.events.tasks.make_partitions"),
    "close_months": every(86_400, "customs_portal.events.tasks.close_months"),
}
IN_DEMO: dict[str, dict[str, Any]] = {
    "meet_neighbours": every(5, "customs_portal.demo.tasks.meet_neighbours", expires=5),
}
