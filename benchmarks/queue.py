"""The officer's pages under load: twenty officers at once on many declarations.

    python -m benchmarks.queue [--ens N] [--seconds S]     (1,000,000 and 60 by default)

The database is that of `benchmarks.data`, built if it is not there (make bench-data N=...). The web
server of the Procfile answers twenty officers, each of whom asks for a page about four seconds
after the last: the queue and its pages, the refresh in the background, identifiers and words, and
the review of an ENS with 999 goods items. Milliseconds are from sending to the last byte. Then the
same officers ask a bare Django view with one indexed query. Before all that each page is asked for
alone, for its queries and its processor time (without PostgreSQL's), which other work on the
machine changes least. The last line is JSON.
"""

import argparse
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from unittest.mock import patch

import django
import psycopg

from benchmarks import data
from benchmarks.measuring.results import quantile
from benchmarks.measuring.site import Site, started_servers

PAUSE = 4.0
"""Seconds that an officer looks at a page before asking for the next, on average."""
SHARES = {"queue": 50, "refresh": 25, "search": 15, "words": 10}
CENTRE = {"queue": 30, "refresh": 10, "search": 10, "review": 50}
"""What officers ask for, and those of the risk centre, who see every declaration."""
MEASURED_ALONE = 15
_EXECUTE = psycopg.Cursor.execute
BARE = "benchmarks.measuring.bare:application"


@dataclass
class Measured:
    """Milliseconds by what was asked."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, seconds: float) -> None:
        """Add one answer."""
        with self.lock:
            self.taken[kind].append(seconds * 1000)

    def p95(self, kind: str) -> float:
        """Return what nineteen of twenty answers took less than."""
        return quantile(sorted(self.taken[kind]), 0.95)

    def told(self, kind: str) -> str:
        """Return the figures of a kind in words."""
        found = sorted(self.taken[kind])
        middle, late = quantile(found, 0.5), quantile(found, 0.95)
        return f"{kind}: {len(found)} answers, p50 {middle} ms, p95 {late} ms"


class Officer:
    """Somebody with a browser: what they ask for next is drawn by chance."""

    def __init__(self, site: Site, cookie: str, places: "Places", seed: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
        self.headers = {"Cookie": cookie}
        self.places, self.chance = places, random.Random(seed)
        self.kinds = CENTRE if seed < data.OF_THE_CENTRE else SHARES

    def ask(self, measured: Measured, kind: str) -> None:
        """Ask for one page; raises SystemExit where it is not given."""
        headers = self.headers | ({"HX-Request": "true"} if kind == "refresh" else {})
        begun = time.monotonic()
        address = self.places.address(kind, self.chance)
        try:
            answer = self._answer(address, headers)
        except RemoteDisconnected:  # the server lets a connection go that rests
            self.connection.close()
            answer = self._answer(address, headers)
        if answer.status not in (200, 302):
            raise SystemExit(f"The portal answered {answer.status} to {kind}.")
        measured.add(kind, time.monotonic() - begun)

    def _answer(self, address: str, headers: dict[str, str]) -> HTTPResponse:
        self.connection.request("GET", address, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer

    def work(self, measured: Measured, until: float, kinds: dict[str, int] | None = None) -> None:
        """Ask until the time is over, by default for what the officer works with."""
        kinds = kinds or self.kinds
        while time.monotonic() < until:
            time.sleep(self.chance.expovariate(1 / PAUSE))
            self.ask(measured, *self.chance.choices(list(kinds), list(kinds.values())))


class Places:
    """Addresses that officers ask for."""

    def __init__(self) -> None:
        from declarations.models import SearchKey
        from risk.models import Case

        open_cases = Case.objects.open().in_queue_order()
        self.after = [str(case.place()) for case in open_cases[:2000:31]]
        self.shown = ",".join(str(key) for key in open_cases.values_list("pk", flat=True)[:30])
        self.newest = open_cases.order_by("-pk")[0].pk
        keys = SearchKey.objects.exclude(kind="mrn").order_by("-pk")
        self.identifiers = [key.value for key in keys[:100_000:251]]
        self.review = Case.objects.order_by("-pk")[0].pk

    def address(self, kind: str, chance: random.Random) -> str:
        """Return one address of a kind."""
        if kind == "queue":
            after = chance.choice(["", "", f"&after={chance.choice(self.after)}"])
            return f"/queue/?tab=office{chance.choice(['', '&mode=1', '&time=hour'])}{after}"
        if kind == "refresh":
            return f"/queue/?tab=office&newest={self.newest}&shown={self.shown}"
        if kind == "search":
            where = chance.choice(["/search/?q=", "/queue/?tab=office&q="])
            return where + chance.choice(self.identifiers).replace(" ", "+")
        if kind == "words":
            return f"/queue/?tab=office&q={chance.choice(['bananas', 'coffee', 'ceramic+tiles'])}"
        return f"/cases/{self.review}/" if kind == "review" else f"/bare/{self.review}/"


def cookies() -> list[str]:
    """Log the officers in and return what their browsers send."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from customs_portal import clock
    from customs_portal.accounts.models import User
    from customs_portal.accounts.sessions import begin

    found = []
    for user in User.objects.filter(username__startswith="officer").order_by("pk"):
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        begin(session, user=user, at=clock.now(), address=None, agent="")
        session.save()
        found.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return found


def under_load(
    officers: list[Officer], seconds: float, kinds: dict[str, int] | None = None
) -> Measured:
    """Let all officers work at once; the first ten seconds do not count."""
    for measured, length in ((Measured(), 10.0), (Measured(), seconds)):
        until = time.monotonic() + length
        threads = [
            threading.Thread(target=officer.work, args=(measured, until, kinds))
            for officer in officers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return measured


def alone(places: Places) -> tuple[dict[str, int], dict[str, float]]:
    """Return how many queries a page makes, and the processor time that it takes our side, in ms.

    Raises SystemExit where rows change the number of queries. A question about nothing, such as
    the names of no operators, is not asked: one less is the same.
    """
    from django.test import Client

    from customs_portal.accounts.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="officer0"))
    identifier = places.identifiers[0].replace(" ", "+")
    pages: dict[str, Callable[[], list[str]]] = {
        "queue": lambda: ["/queue/?tab=office", f"/queue/?tab=office&after={places.after[-1]}"],
        "search": lambda: [f"/queue/?tab=office&q={identifier}"],
        "review": lambda: [f"/cases/{places.review}/"],
    }
    found, taken = {}, {}
    for name, addresses in pages.items():
        counted = {_count(client, address) for address in addresses()}
        found[name] = max(counted)
        if found[name] - min(counted) > 1:
            raise SystemExit(f"{name} makes {sorted(counted)} queries.")
        taken[name] = _processor(client, addresses()[0])
    return found, taken


def _count(client: object, address: str) -> int:
    """Return how many statements a page sends, with those that the server planned before."""
    client.get(address)  # type: ignore[attr-defined]  # Django's, loaded late
    with patch.object(psycopg.Cursor, "execute", autospec=True, side_effect=_EXECUTE) as executed:
        client.get(address)  # type: ignore[attr-defined]  # Django's, loaded late
    return int(executed.call_count)


def _processor(client: object, address: str) -> float:
    """Return what a page takes of this process: the median, for others may push in between."""
    found = []
    for _ in range(MEASURED_ALONE):
        begun = time.process_time()
        client.get(address)  # type: ignore[attr-defined]  # Django's, loaded late
        found.append((time.process_time() - begun) * 1000)
    return quantile(sorted(found), 0.5)


def measure(site: Site, seconds: float) -> dict[str, object]:
    """Make the runs, print what they took, and return the figures."""
    places = Places()
    counted, taken = alone(places)
    browsers = cookies()
    site.start("web")
    officers = [Officer(site, each, places, seed) for seed, each in enumerate(browsers)]
    pages = under_load(officers, seconds)
    site.stop("web")
    site.start("web", application=BARE)
    officers = [Officer(site, each, places, seed) for seed, each in enumerate(browsers)]
    bare = under_load(officers, seconds / 2, {"bare": 1})
    for kind in {**SHARES, **CENTRE}:
        print(pages.told(kind))
    print(bare.told("bare"), flush=True)
    return {
        "bench": "queue",
        "queue_p95_ms": pages.p95("queue"),
        "search_p95_ms": pages.p95("search"),
        "review_p95_ms": pages.p95("review"),
        "bare_ratio": round(pages.p95("queue") / bare.p95("bare"), 1),
        "queries": counted,
        "cpu_ms": taken,
    }


def main() -> None:
    """Build what is missing, measure, print; the last line is JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ens", type=int, default=1_000_000)
    arguments.add_argument("--seconds", type=float, default=60.0)
    given = arguments.parse_args()
    with started_servers(data.directory(given.ens)) as site:
        django.setup()
        data.build(site, given.ens)
        figures = measure(site, given.seconds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
