"""`make up` refuses clearly, starts again on its data, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.portal import (
    ROOT,
    STOP_LIMIT,
    Portal,
    StartPortal,
    free_port,
    portal_environment,
)

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def used_directory() -> Iterator[Path]:
    """A directory in which one portal after the other is started: the first makes the demo."""
    with tempfile.TemporaryDirectory(prefix="customs-portal-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def up(directory: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Run `make up`'s command to its end: for starts that are refused."""
    return subprocess.run(
        [sys.executable, "-m", "customs_portal.runtime.up"],
        cwd=ROOT,
        env=portal_environment(directory, port),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def processes_of(directory: Path) -> list[str]:
    """Command lines of all processes, of any account, that the portal in the directory started."""
    wanted = f"VAR_DIRECTORY={directory}".encode()
    return [
        command_of(entry)
        for entry in Path("/proc").glob("[0-9]*")
        if wanted in environment_of(entry).split(b"\0")
    ]


def command_of(entry: Path) -> str:
    return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def environment_of(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:
        return b""


def main_process_of(portal: Portal, name: str) -> int:
    """The process of the Procfile that bears the name."""
    children = Path(f"/proc/{portal.process.pid}/task/{portal.process.pid}/children").read_text()
    (found,) = [pid for pid in children.split() if name in command_of(Path(f"/proc/{pid}"))]
    return int(found)


def test_a_taken_port_is_refused_before_anything_starts(portal_directory: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = up(portal_directory, port)
    assert result.returncode == 2
    assert f"Port {port} cannot be used (Address already in use)." in result.stdout
    assert f"PORT={port + 100} make up" in result.stdout
    assert result.stderr == ""
    assert not (portal_directory / "postgres").exists()


def test_an_impossible_name_is_refused_with_a_reason(
    portal_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTANCE", "../etc")
    result = up(portal_directory, free_port())
    assert (result.returncode, result.stderr) == (1, "")
    assert "INSTANCE=../etc" in result.stdout


def assert_ends_with_all_it_started(portal: Portal, number: signal.Signals) -> None:
    started = " ".join(processes_of(portal.directory))
    assert all(
        name in started
        for name in ("postgres", "valkey", "granian", "local,network", "--queues deliver", " beat ")
    )
    assert portal.stop(number) == 0
    assert processes_of(portal.directory) == []


def test_a_second_start_on_the_same_data_finds_it_and_nothing_is_left_of_either(
    used_directory: Path, start_portal: StartPortal
) -> None:
    port = free_port()
    first = start_portal(used_directory, port)
    demo = first.demo
    refused = up(used_directory, free_port())
    assert refused.returncode == 2
    assert refused.stdout == f"This portal is running already: {first.url}\n"
    assert_ends_with_all_it_started(first, signal.SIGINT)
    second = start_portal(used_directory, port)
    assert second.demo == demo
    assert_ends_with_all_it_started(second, signal.SIGTERM)


def test_nothing_is_left_when_its_terminal_is_closed(
    used_directory: Path, start_portal: StartPortal
) -> None:
    portal = start_portal(used_directory, free_port())
    assert_ends_with_all_it_started(portal, signal.SIGHUP)


@pytest.mark.parametrize("name", ["granian", "local,network,background"])
def test_everything_stops_when_one_process_ends(
    used_directory: Path, start_portal: StartPortal, name: str
) -> None:
    portal = start_portal(used_directory, free_port())
    os.kill(main_process_of(portal, name), signal.SIGKILL)
    assert portal.process.wait(STOP_LIMIT) == 1
    assert processes_of(used_directory) == []
