"""The whole way of an ENS: CPU of all processes for each, beside the least that it could cost.

    python -m benchmarks.pipeline [--regime ics2] [--ens N] [--unseen PERCENT [--listed N]]

N prepared IE315, or full filings of ICS2, are lodged one per request over kept-alive connections,
with 1,000 published rules and everything durable; then some at 100 a second for the latency, some
in batches, and the floor (benchmarks/measuring/floor.py). The CPU of the load client does not
count. With `--unseen`, that share of declarations names a consignor that was never seen, with a
list of 100,000 names. The last line is JSON.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import django
import psycopg

from benchmarks.measuring.site import Site, started_servers

PACED_RATE = 100.0
WARM_UP = 600


@dataclass(frozen=True)
class Run:
    """What a number of ENS have cost."""

    ens: int
    seconds: float
    cpu: Mapping[str, float]
    busy: int

    @property
    def cpu_us(self) -> float:
        return sum(self.cpu.values()) / self.ens * 1e6

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {used / self.ens * 1e6:.0f}" for name, used in self.cpu.items())
        return (
            f"{self.ens} ENS, {self.ens / self.seconds:.0f} ENS/s, {self.cpu_us:.0f} us of CPU each"
            f" ({parts}), {self.busy} times busy"
        )


class Measurement:
    """A running portal, its messages, and the runs on it."""

    def __init__(
        self,
        site: Site,
        connection: psycopg.Connection,
        unseen: int = 0,
        listed: int = 0,
        regime: str = "ics1",
    ) -> None:
        from benchmarks import names
        from benchmarks.measuring import filings, messages, rulebook
        from customs_portal import clock
        from customs_portal.accounts.models import Operator
        from customs_portal.accounts.services import issue_token
        from messaging.formats.registry import read

        self.site, self.connection, self.taken = site, connection, 0
        self.unseen, self.namer = unseen, names.Namer(1)
        if unseen:
            names.load(self.namer, listed)
            names.end_rescreening()
        source = filings if regime == "ics2" else messages
        self._prepared, self._templates = source.prepared, source.templates(clock.now())
        documents = [read(body).document for body in self._templates]
        rulebook.publish([found for found in documents if found], at=clock.now())
        operator = Operator.objects.create(eori=messages.SENDER, name="Load client")
        self.token = issue_token(operator=operator, at=clock.now())

    def bodies(self, count: int) -> list[bytes]:
        """Return that many messages that were not sent before."""
        numbers = range(self.taken, self.taken + count)
        self.taken += count
        return list(self._prepared(self._templates, numbers, self._new_name))

    def _new_name(self, number: int) -> str | None:
        """Return a name that was never seen for as many in a hundred as were asked for."""
        return self.namer.name()[:35] if number % 100 < self.unseen else None

    def run(self, requests: Sequence[bytes], ens: int, *, rate: float | None = None) -> Run:
        """Send the requests and wait until all is done."""
        from benchmarks.measuring import load, processor, results

        before, begun = processor.cpu_seconds(self.site.roots()), time.time()
        self.sent = load.run(requests, port=self.site.port, rate=rate)
        done = results.wait_until_done(self.connection)
        used = processor.spent(before, processor.cpu_seconds(self.site.roots()))
        return Run(ens, done - begun, used, self.sent.busy)

    def single(self, count: int, *, rate: float | None = None) -> Run:
        """Lodge messages one by one."""
        from benchmarks.measuring import load

        requests = load.single(self.bodies(count), port=self.site.port, token=self.token)
        return self.run(requests, count, rate=rate)

    def batched(self, count: int) -> Run:
        """Lodge messages by the hundred."""
        from benchmarks.measuring import load

        requests = load.batches(self.bodies(count), port=self.site.port, token=self.token)
        return self.run(requests, count)

    def floor(self, count: int) -> dict[str, float]:
        """Stop the portal and return the floor in microseconds."""
        from benchmarks.measuring.floor import floor_us

        self.site.stop()
        before = self.taken
        return floor_us(self.site, self.bodies(count), of=before)


def measure(measured: Measurement, ens: int, paced_seconds: int) -> dict[str, object]:
    """Make all the runs, print each, and return the figures."""
    from benchmarks.measuring import processor, results

    measured.single(WARM_UP)
    flat = measured.single(ens)
    print(f"one by one: {flat}", flush=True)
    paced = measured.single(int(PACED_RATE * paced_seconds), rate=PACED_RATE)
    latencies = results.latencies_ms(measured.connection, measured.sent)
    print(f"at {PACED_RATE:.0f} a second: {paced}", flush=True)
    batched = measured.batched(ens)
    print(f"in batches: {batched}", flush=True)
    worker = processor.megabytes(measured.site.processes["worker"].popen.pid)
    lost, duplicates = results.lost_and_duplicates()
    print(f"wanting a person: {results.flagged_share(measured.connection):.1%}")
    floor = measured.floor(min(ens, 4_000))
    print(f"floor: {floor['post']:.0f} us to POST, {floor['process']:.0f} us for the rest")
    return {
        "bench": "pipeline",
        "ens": ens,
        "ens_per_s": round(ens / flat.seconds),
        "cpu_us_per_ens": round(flat.cpu_us),
        "paced_cpu_us_per_ens": round(paced.cpu_us),
        "batch_cpu_us_per_ens": round(batched.cpu_us),
        "floor_ratio": round(flat.cpu_us / sum(floor.values()), 2),
        "p50_ms": results.quantile(latencies, 0.50),
        "p99_ms": results.quantile(latencies, 0.99),
        "lost": lost,
        "duplicates": duplicates,
        "worker_mb": worker,
    }


def main() -> None:
    """Start everything, measure, print; the last line is JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ens", type=int, default=10_000)
    arguments.add_argument("--paced-seconds", type=int, default=20)
    arguments.add_argument("--unseen", type=int, default=0)
    arguments.add_argument("--listed", type=int, default=100_000)
    arguments.add_argument("--regime", choices=("ics1", "ics2"), default="ics1")
    given = arguments.parse_args()
    with started_servers() as site:
        django.setup()
        from benchmarks.measuring.results import last_line

        with psycopg.connect(site.cluster.url("portal"), autocommit=True) as connection:
            measured = Measurement(site, connection, given.unseen, given.listed, given.regime)
            for name in ("web", "worker", "beat"):
                site.start(name)
            figures = measure(measured, given.ens, given.paced_seconds)
    print(last_line({**figures, "regime": given.regime}))


if __name__ == "__main__":
    main()
