"""The bundled servers start for root and for a normal user, keep their data, and end cleanly."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path

import psycopg
import pytest
import redis

from customs_portal.runtime import postgres, valkey
from customs_portal.runtime.system_account import (
    COPIES,
    SystemAccount,
    UnsafeDirectoryError,
    name_of,
    private_directory,
    reachable_package,
    run_as,
    server_account,
)

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

START_AND_ASK = """
import sys
from pathlib import Path
import psycopg
from customs_portal.runtime import postgres
cluster = postgres.start(Path(sys.argv[1]), settings=postgres.DURABLE)
with psycopg.connect(cluster.url("postgres")) as connection:
    print(connection.execute("SHOW fsync").fetchone()[0], flush=True)
sys.stdin.read() if "wait" in sys.argv else postgres.stop(cluster)
"""


@contextmanager
def running(
    data: Path, settings: Mapping[str, str] = postgres.THROWAWAY
) -> Iterator[postgres.Cluster]:
    cluster = postgres.start(data, settings=settings)
    try:
        yield cluster
    finally:
        postgres.stop(cluster)


def is_alive(pid: int) -> bool:
    """A dead process that nobody has waited for yet has no command line any more."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.exists() and path.read_bytes() != b""


def server_pid(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])


def test_data_is_there_after_a_stop_and_a_start(portal_directory: Path) -> None:
    with running(portal_directory / "postgres") as cluster:
        postgres.ensure_database(cluster, "kept")
        with psycopg.connect(cluster.url("kept")) as connection:
            connection.execute("CREATE TABLE note AS SELECT 'still here' AS text")
    with running(portal_directory / "postgres") as cluster:
        postgres.ensure_database(cluster, "kept")
        with psycopg.connect(cluster.url("kept")) as connection:
            assert connection.execute("SELECT text FROM note").fetchall() == [("still here",)]


def test_the_extensions_that_the_portal_needs_are_in_the_bundle(portal_directory: Path) -> None:
    with (
        running(portal_directory / "postgres") as cluster,
        psycopg.connect(cluster.url("postgres")) as connection,
    ):
        for name in ("pg_trgm", "btree_gin"):
            connection.execute(f"CREATE EXTENSION {name}")
        assert connection.execute("SELECT similarity('ship', 'ship')").fetchone() == (1.0,)


def test_the_server_listens_on_a_private_socket_only(portal_directory: Path) -> None:
    with (
        running(portal_directory / "postgres") as cluster,
        psycopg.connect(cluster.url("postgres")) as connection,
    ):
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    assert not cluster.sockets.exists()


def test_root_hands_the_server_to_an_unprivileged_account(portal_directory: Path) -> None:
    with running(portal_directory / "postgres") as cluster:
        owner = Path(f"/proc/{cluster.process.pid}").stat().st_uid
        assert owner == server_account(cluster.data).uid
        assert owner != 0


@as_root
def test_a_closed_home_stays_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (home, *home.parents)]
    with running(home / "postgres") as cluster:
        assert cluster.data == COPIES / f"customs-portal-{name_of(home / 'postgres')}"
        assert cluster.data.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home, *home.parents)] == modes
    shutil.rmtree(cluster.data)


def python_for(account: pwd.struct_passwd) -> str:
    """This Python, or the system's own where this one is in a directory closed to the account."""
    for program in (sys.executable, "/usr/bin/python3.11"):
        found = run_as(SystemAccount(account.pw_uid, account.pw_gid), ["test", "-x", program])
        if found.returncode == 0:
            return program
    pytest.skip("no Python 3.11 that a normal user may run")


@as_root
def test_a_program_in_a_closed_home_is_run_from_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "wheel").mkdir(parents=True)
    home.chmod(0o700)
    (home / "wheel" / "program").write_text("#!/bin/sh\necho started\n")
    (home / "wheel" / "program").chmod(0o755)
    found = ModuleSpec("wheel", None, is_package=True)
    found.submodule_search_locations = [str(home / "wheel")]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: found)
    account = server_account(tmp_path / "data")
    first, second = (reachable_package("wheel", "program", account) for _ in range(2))
    assert first == second
    assert first.is_relative_to(COPIES)
    assert run_as(account, [first]).stdout == "started\n"
    shutil.rmtree(first.parents[1])


@as_root
def test_a_normal_user_starts_it_too() -> None:
    with tempfile.TemporaryDirectory(prefix="customs-portal-") as name:
        nobody = pwd.getpwnam("nobody")
        os.chown(name, nobody.pw_uid, nobody.pw_gid)
        result = subprocess.run(
            [python_for(nobody), "-W", "ignore", "-c", START_AND_ASK, f"{name}/postgres"],
            env={"PYTHONPATH": f"{ROOT}:{':'.join(sys.path[1:])}", "PYTHONDONTWRITEBYTECODE": "1"},
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert (result.stdout, result.stderr) == ("on\n", "")


def test_the_server_ends_with_a_starter_that_is_killed(portal_directory: Path) -> None:
    data = portal_directory / "postgres"
    starter = subprocess.Popen(
        [sys.executable, "-c", START_AND_ASK, data, "wait"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"on\n"
    pid = server_pid(data)
    assert is_alive(pid)
    starter.kill()
    starter.communicate()
    with running(data) as cluster:
        assert cluster.process.pid != pid
    assert not is_alive(pid)


def test_it_recovers_from_a_crash(portal_directory: Path) -> None:
    data = portal_directory / "postgres"
    with running(data, postgres.DURABLE) as cluster:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE TABLE note AS SELECT 1 AS number")
        cluster.process.send_signal(signal.SIGQUIT)
        cluster.process.wait()
    with running(data) as cluster, psycopg.connect(cluster.url("postgres")) as connection:
        assert connection.execute("SELECT number FROM note").fetchall() == [(1,)]


def test_a_server_that_cannot_start_says_why(portal_directory: Path) -> None:
    settings = {**postgres.THROWAWAY, "shared_preload_libraries": "no_such_library"}
    with pytest.raises(postgres.ServerDidNotStartError, match="no_such_library"):
        postgres.start(portal_directory / "postgres", settings=settings)


def test_a_directory_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeDirectoryError, match="belongs to somebody else"):
        private_directory(tmp_path / "link", server_account(tmp_path))


def test_valkey_answers_on_its_socket_and_ends(portal_directory: Path) -> None:
    server = valkey.start(portal_directory / "valkey")
    client = redis.Redis.from_url(server.url(3))
    client.set("a", "1")
    assert client.get("a") == b"1"
    assert redis.Redis.from_url(server.url(4)).get("a") is None
    valkey.stop(server)
    assert server.process.poll() == 0
    assert not server.socket.exists()
