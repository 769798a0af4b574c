"""How far from the expected time a means of transport still counts as the expected one."""

import csv
from datetime import timedelta
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "arrival_tolerances.csv"
OTHERWISE = timedelta(hours=24)
REST_EXPECTED = timedelta(days=7)
"""For so long after the expected arrival the rest of a consignment that came in part may follow."""
COMPLIED_AFTER = timedelta(hours=72)
"""So long after the expected arrival, goods that were not to be loaded count as left behind."""


def tolerance(mode: str) -> timedelta:
    """Return the tolerance of a mode of transport at the border."""
    return _tolerances().get(mode, OTHERWISE)


@cache
def _tolerances() -> dict[str, timedelta]:
    with DATA.open(newline="") as file:
        rows = csv.DictReader(file)
        return {row["mode"]: timedelta(hours=int(row["hours"])) for row in rows}
