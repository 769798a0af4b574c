"""Start the processes of the Procfile, each in a session of its own, and end them all cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from honcho.environ import parse_procfile

from customs_portal.runtime.instance import ROOT
from customs_portal.runtime.system_account import signal_when_orphaned

STOP_LIMIT = 20.0  # seconds that a process may take to finish its work


@dataclass(frozen=True)
class Process:
    """A running process of the Procfile and the file that takes its output."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def has_ended(self) -> bool:
        return self.popen.poll() is not None

    def last_words(self) -> str:
        """The end of its log, for the person who has to find out."""
        lines = self.log.read_text(errors="replace").splitlines()[-20:]
        return f"{self.name} has ended (exit {self.popen.poll()}).\n" + "\n".join(lines)


def start_all(environment: Mapping[str, str], logs: Path) -> Iterator[Process]:
    """Start the processes of the Procfile one by one, each with a log of its own."""
    logs.mkdir(parents=True, exist_ok=True)
    procfile = parse_procfile((ROOT / "Procfile").read_text())
    for name, command in procfile.processes.items():
        yield start(name, f"exec {command}", environment, logs / f"{name}.log")


def start(name: str, command: str, environment: Mapping[str, str], log: Path) -> Process:
    """Start one shell command from the root of the repository."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    with log.open("ab") as output:
        popen = subprocess.Popen(  # noqa: S602 (the Procfile's own text, expanded by the shell)
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**environment, "PATH": programs, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=signal_when_orphaned(signal.SIGTERM),  # noqa: PLW1509 (prctl only)
        )
    return Process(name, popen, log)


def stop_all(processes: Sequence[Process]) -> None:
    """Ask all to finish, wait, then end whatever is left of their sessions."""
    for process in processes:
        if not process.has_ended:
            process.popen.terminate()
    deadline = time.monotonic() + STOP_LIMIT
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(max(deadline - time.monotonic(), 0.1))
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
