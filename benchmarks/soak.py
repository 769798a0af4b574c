"""Whether a worker grows: its memory after 100,000 ENS against that after 10,000.

    python -m benchmarks.soak [--from N] [--to N]

The messages come in batches. The last line is JSON; exit status 1 if a worker process has grown by
10 % or more.
"""

import argparse
import json
import sys

import django
import psycopg

from benchmarks.measuring import processor
from benchmarks.measuring.site import started_servers
from benchmarks.pipeline import Measurement

STEP = 5_000
LIMIT_PERCENT = 10.0


def main() -> None:
    """Lodge, measure, lodge on, measure again."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--from", dest="first", type=int, default=10_000)
    arguments.add_argument("--to", dest="last", type=int, default=100_000)
    given = arguments.parse_args()
    with started_servers() as site:
        django.setup()
        with psycopg.connect(site.cluster.url("portal"), autocommit=True) as connection:
            measured = Measurement(site, connection)
            for name in ("web", "worker", "beat"):
                site.start(name)
            begun = grown_to(measured, given.first)
            ended = grown_to(measured, given.last)
    growth = (ended / begun - 1) * 100
    figures = {"from": given.first, "to": given.last, "worker_mb_from": begun, "worker_mb": ended}
    print(json.dumps({"bench": "soak", **figures, "growth_percent": round(growth, 1)}))
    sys.exit(growth >= LIMIT_PERCENT)


def grown_to(measured: Measurement, count: int) -> float:
    """Lodge until there are that many ENS; return the megabytes of the largest worker process."""
    while measured.taken < count:
        measured.batched(min(STEP, count - measured.taken))
    found = processor.megabytes(measured.site.processes["worker"].popen.pid)
    print(f"{count} ENS: {found} MB", flush=True)
    return found


if __name__ == "__main__":
    main()
