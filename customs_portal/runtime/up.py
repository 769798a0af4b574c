"""`make up`: the whole portal on one machine, from nothing to a page to log in to.

Everything that is started here ends here: on Ctrl-C, on SIGTERM, when the terminal is closed, and
when one of the processes ends by itself.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import NoReturn

from customs_portal.runtime import assets, instance, postgres, prepare, supervisor, valkey
from customs_portal.runtime.instance import ROOT, Instance
from customs_portal.runtime.postgres import ServerDidNotStartError
from customs_portal.runtime.system_account import UnsafeDirectoryError

READY_LIMIT = 180.0
WATCH_INTERVAL = 0.2
REFUSED = 2
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXPECTED = (
    assets.BuildError,
    instance.InstanceError,
    ServerDidNotStartError,
    UnsafeDirectoryError,
)


class Stopped(BaseException):
    """A signal asked us to stop."""


class _Request:
    """Whether a signal asked us to stop, and whether that cuts off what is under way.

    Nothing is cut off once processes are started one by one: Python drops what a handler raises
    while it forks, and a lock of a half-watched process would stay taken. The loops look instead.
    """

    asked = False
    cuts_off = True

    def heed(self) -> None:
        """Raise Stopped if we were asked to stop."""
        if self.asked:
            raise Stopped


REQUEST = _Request()


class ProcessEndedError(Exception):
    """A process that should run has ended; the text holds the end of its log."""


def main() -> int:
    """Exit status: 0 stopped as asked, 1 something failed, 2 refused before anything started."""
    for number in STOPPING_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _stop)
    try:
        portal = instance.load(os.environ)
        with _only_one(portal):
            _refuse_taken_port(portal)
            _run(portal)
    except Stopped:
        say("Stopped.")
    except (*EXPECTED, ProcessEndedError) as error:
        say(str(error))
        return 1
    return 0


def say(text: str) -> None:
    """One line of progress; a terminal that was closed does not hinder an orderly stop."""
    with suppress(OSError):
        print(text, flush=True)


def _run(portal: Instance) -> NoReturn:
    """Start everything in order, then watch; whatever happens, stop it in the opposite order."""
    with ExitStack() as started:
        try:
            say("Building styles and scripts")
            assets.build()
            environment = started.enter_context(_servers(portal))
            _prepare(environment)
            say("Starting web, worker and beat")
            REQUEST.cuts_off = False
            REQUEST.heed()
            processes = started.enter_context(_processes(portal, environment))
            _wait_until_ready(portal, processes)
            _print_address(portal)
            _seed(portal, environment, processes)
            _watch(processes)
        finally:
            _ignore_signals()
            say("Stopping")


@contextmanager
def _servers(portal: Instance) -> Iterator[dict[str, str]]:
    """The environment of the processes; servers are started unless the caller names some."""
    with ExitStack() as started:
        database_url = os.environ.get("DATABASE_URL") or _start_postgres(portal, started)
        redis_url = os.environ.get("REDIS_URL", "")
        broker_url = os.environ.get("CELERY_BROKER_URL") or redis_url
        if not redis_url:
            server = valkey.start(portal.directory / "valkey")
            started.callback(valkey.stop, server)
            redis_url, broker_url = server.url(0), server.broker_url(0)
        yield portal.environment(
            os.environ, database_url=database_url, redis_url=redis_url, broker_url=broker_url
        )


def _start_postgres(portal: Instance, started: ExitStack) -> str:
    say("Starting PostgreSQL")
    cluster = postgres.start(portal.directory / "postgres", settings=postgres.DURABLE)
    started.callback(postgres.stop, cluster)
    postgres.ensure_database(cluster, portal.database)
    return cluster.url(portal.database)


@contextmanager
def _processes(
    portal: Instance, environment: Mapping[str, str]
) -> Iterator[list[supervisor.Process]]:
    """The processes of the Procfile, and whatever the caller adds to the list."""
    processes: list[supervisor.Process] = []
    try:
        processes.extend(supervisor.start_all(environment, portal.directory / "log"))
        yield processes
    finally:
        supervisor.stop_all(processes)


def _prepare(environment: Mapping[str, str]) -> None:
    steps = (
        "migrate",
        "load_reference",
        "load_retention",
        "measure_descriptions",
        "load_demo",
        "tell_stories",
    )
    command = [sys.executable, "-m", prepare.__name__, *steps]
    result = subprocess.run(command, env=environment, cwd=ROOT, check=False)
    if result.returncode:
        raise ProcessEndedError("The database could not be prepared; see above.")


def _wait_until_ready(portal: Instance, processes: list[supervisor.Process]) -> None:
    deadline = time.monotonic() + READY_LIMIT
    while not _is_ready(portal):
        _refuse_ended(processes)
        REQUEST.heed()
        if time.monotonic() > deadline:
            logs = portal.directory / "log"
            raise ProcessEndedError(f"Not ready after {READY_LIMIT:.0f} s; see {logs}")
        time.sleep(0.2)


def _is_ready(portal: Instance) -> bool:
    connection = HTTPConnection(instance.HOST, portal.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def _print_address(portal: Instance) -> None:
    say(f"\nThe portal is ready: {portal.url}\n")
    if portal.demo_file.exists():
        for account in json.loads(portal.demo_file.read_text()).get("accounts", []):
            say(f"  {account['role']:<16} {account['name']:<20} {account['password']}")
    say(f"\nLogs: {portal.directory}/log. Ctrl-C stops everything.")


def _seed(
    portal: Instance, environment: Mapping[str, str], processes: list[supervisor.Process]
) -> None:
    """Lodge the demo traffic through the running portal, which can be used meanwhile."""
    command = f"exec python -m {prepare.__name__} seed_demo"
    seeding = supervisor.start("seed", command, environment, portal.directory / "log" / "seed.log")
    processes.append(seeding)
    while not seeding.has_ended:
        _refuse_ended(processes[:-1])
        REQUEST.heed()
        time.sleep(WATCH_INTERVAL)
    processes.remove(seeding)
    if seeding.popen.returncode:
        say(f"The demo traffic is not complete. {seeding.last_words()}")


def _watch(processes: list[supervisor.Process]) -> NoReturn:
    while True:
        _refuse_ended(processes)
        REQUEST.heed()
        time.sleep(WATCH_INTERVAL)


def _refuse_ended(processes: list[supervisor.Process]) -> None:
    for process in processes:
        if process.has_ended:
            raise ProcessEndedError(process.last_words())


@contextmanager
def _only_one(portal: Instance) -> Iterator[None]:
    """Hold the instance's lock; the system frees it when we end, however that happens."""
    with (portal.directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            say(f"This portal is running already: {lock.read().strip()}")
            raise SystemExit(REFUSED) from None
        lock.truncate(0)
        lock.write(portal.url)
        lock.flush()
        yield


def _refuse_taken_port(portal: Instance) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((instance.HOST, portal.port))
        except OSError as error:
            say(
                f"Port {portal.port} cannot be used ({error.strerror}). "
                f"Stop the other program or choose a port: PORT={portal.port + 100} make up"
            )
            raise SystemExit(REFUSED) from None


def _stop(number: int, frame: object) -> None:
    REQUEST.asked = True
    if REQUEST.cuts_off:
        raise Stopped


def _ignore_signals() -> None:
    """Stopping is under way: a second Ctrl-C must not leave half of it running."""
    for number in STOPPING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
