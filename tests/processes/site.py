"""A running site with servers and processes of its own, and the ways in which it can be hurt."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import redis
from honcho.environ import parse_procfile

from customs_portal.client import Client
from customs_portal.runtime import instance, postgres, supervisor, valkey
from customs_portal.runtime.postgres import Cluster
from customs_portal.runtime.valkey import Valkey
from tests.fixtures.database import restore_kept

ROOT = instance.ROOT
PATIENCE = float(os.environ.get("TEST_PATIENCE", "180"))
"""Seconds to wait for what must come, on a machine that is busy with other things."""
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "DEMO", "INSTANCE")
CSRF = "c" * 32


@dataclass
class Site:
    """Servers, processes and people of one site."""

    directory: Path
    cluster: Cluster
    valkey: Valkey
    environment: dict[str, str]
    url: str
    processes: dict[str, supervisor.Process] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    database: str = "portal"

    def client(self) -> Client:
        """A new connection of the trader's system."""
        return Client(self.url, self.people["token"])

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of the test's own to the database of the site."""
        return psycopg.connect(self.cluster.url(self.database), autocommit=True)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.connect() as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def count(self, query: str, *values: object) -> int:
        """The one number that a query finds."""
        [[number]] = self.rows(query, *values)
        return int(number)

    def start(self, name: str, command: str = "") -> None:
        """Start a process of the Procfile, or another command under that name."""
        line = command or parse_procfile((ROOT / "Procfile").read_text()).processes[name]
        log = self.directory / f"{name}.log"
        self.processes[name] = supervisor.start(name, f"exec {line}", self.environment, log)

    def kill(self, name: str) -> None:
        """End a process and all its children without warning."""
        process = self.processes.pop(name)
        os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()

    def pause(self, name: str) -> None:
        """Let a process and its children stand still."""
        os.killpg(self.processes[name].popen.pid, signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """Let them run again."""
        os.killpg(self.processes[name].popen.pid, signal.SIGCONT)

    def children(self, name: str) -> list[int]:
        """The numbers of the processes that a process has started."""
        parent = self.processes[name].popen.pid
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        return [int(number) for number in text.split()]

    def flush_valkey(self) -> None:
        """Empty Valkey: wakes, queued tasks, everything."""
        with redis.Redis.from_url(self.valkey.url(0)) as client:
            client.flushall()

    def stop_postgres(self) -> None:
        """Stop PostgreSQL under everybody's feet."""
        postgres.stop(self.cluster)

    def start_postgres(self) -> None:
        """Start it again on the same data."""
        self.cluster = postgres.start(self.directory / "postgres", settings=postgres.DURABLE)

    def end_leases(self) -> None:
        """Let the leases of whoever is gone run out now instead of in half a minute."""
        self.rows("UPDATE events_delivery SET leased_until = now() WHERE leased_until IS NOT NULL")

    @contextmanager
    def held_up(self, table: str) -> Iterator[None]:
        """Hold everybody up who wants to write to a table, as long as the block lasts."""
        with self.connect() as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
            yield

    def wait_for_held_up(self, count: int) -> None:
        """Wait until that many connections of the site wait for a lock."""
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(lambda: self.count(waiting) >= count)

    def wait_until_ready(self) -> None:
        """Wait until the web process answers that it can work."""
        until(lambda: _answers(int(self.environment["PORT"])))

    def settle(self) -> None:
        """Wait until nothing is due any more."""
        due = "SELECT count(*) FROM events_delivery WHERE parked_at IS NULL"
        until(lambda: self.count(due) == 0)

    def post_page(self, session: str, path: str, **values: str) -> int:
        """Send a form as an officer does; the status of the answer."""
        connection = HTTPConnection(instance.HOST, int(self.environment["PORT"]), timeout=60)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"portal_session={session}; portal_csrf={CSRF}",
        }
        body = urlencode({"csrfmiddlewaretoken": CSRF, **values})
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command at the site."""
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a script at the site."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=ROOT,
            env={**self.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    def broken(self) -> dict[str, Any]:
        """What the invariants say."""
        result = self.manage("check_invariants", "--format", "json", "--all")
        assert result.stdout, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        return found


WHOLE = {"lost": 0, "duplicates": 0, "broken": []}


def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come; fails if it does not."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "It did not come."
        time.sleep(0.05)


@contextmanager
def running_site(directory: Path, port: int) -> Iterator[Site]:
    """Start servers and processes, and end whatever of them is left."""
    cluster = postgres.start(directory / "postgres", settings=postgres.DURABLE)
    server = valkey.start(directory / "valkey")
    site = Site(directory, cluster, server, {}, f"http://{instance.HOST}:{port}")
    try:
        site.environment = _environment(site, os.environ, port)
        _prepare(site)
        for name in ("web", "worker", "beat"):
            site.start(name)
        site.wait_until_ready()
        yield site
    finally:
        supervisor.stop_all(list(site.processes.values()))
        valkey.stop(server)
        postgres.stop(site.cluster)


def _environment(site: Site, outer: Mapping[str, str], port: int) -> dict[str, str]:
    kept = {name: value for name, value in outer.items() if name not in NOT_OURS}
    found = instance.load({"VAR_DIRECTORY": str(site.directory), "PORT": str(port)})
    return found.environment(
        kept,
        database_url=site.cluster.url("portal"),
        redis_url=site.valkey.url(0),
        broker_url=site.valkey.broker_url(0),
    )


def migrated_database(site: Site) -> None:
    """Make the database with its reference data; what an earlier session migrated is restored."""
    postgres.ensure_database(site.cluster, site.database)
    restore_kept(site.cluster.url(site.database))
    prepared = site.run("-m", "customs_portal.runtime.prepare", "migrate", "load_reference")
    assert prepared.returncode == 0, prepared.stderr


def _prepare(site: Site) -> None:
    migrated_database(site)
    people = site.run("-m", "tests.processes.people")
    assert people.returncode == 0, people.stderr
    site.people = json.loads(people.stdout)


def _answers(port: int) -> bool:
    connection = HTTPConnection(instance.HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
