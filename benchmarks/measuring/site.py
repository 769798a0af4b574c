"""A portal for a measurement: own servers in a durable profile, own directory, own processes."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from honcho.environ import parse_procfile

from customs_portal.runtime import postgres, supervisor, valkey
from customs_portal.runtime.instance import ROOT

READY_LIMIT = 90.0
WSGI = "customs_portal.wsgi:application"
SETTINGS = {**postgres.DURABLE, "track_commit_timestamp": "on"}
"""The portal's own, and the time of each commit, from which latencies are read."""


@dataclass
class Site:
    """The servers, and whatever has been started on them."""

    directory: Path
    cluster: postgres.Cluster
    valkey: valkey.Valkey
    processes: dict[str, supervisor.Process] = field(default_factory=dict)
    port: int = 0

    def environment(self) -> dict[str, str]:
        """Return the environment of our processes."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "customs_portal.settings",
            "SECRET_KEY": "measured-" + "x" * 50,
            "DEMO": "1",
            "DATABASE_URL": self.cluster.url("portal"),
            "REDIS_URL": self.valkey.url(0),
            "CELERY_BROKER_URL": self.valkey.broker_url(0),
            "VAR_DIRECTORY": str(self.directory),
            "PYTHONPATH": str(ROOT),
        }

    def start(self, name: str, *, application: str = WSGI) -> None:
        """Start one of web, worker and beat, as the Procfile says."""
        self.port = _free_port() if name == "web" else self.port
        commands = parse_procfile((ROOT / "Procfile").read_text()).processes
        command = f"exec {commands[name].replace(WSGI, application)}"
        environment = self.environment() | {"PORT": str(self.port)}
        log = self.directory / f"{name}.log"
        self.processes[name] = supervisor.start(name, command, environment, log)
        if name == "web":
            self._wait_for_web()

    def stop(self, *names: str) -> None:
        """End these processes, all without names, as an operator would."""
        chosen = [self.processes.pop(name) for name in names or tuple(self.processes)]
        supervisor.stop_all(chosen)

    def roots(self) -> dict[str, int]:
        """Return the process ids from which all our processes descend, by name."""
        own = {name: process.popen.pid for name, process in self.processes.items()}
        return own | {"postgres": self.cluster.process.pid, "valkey": self.valkey.process.pid}

    def _wait_for_web(self) -> None:
        end = time.monotonic() + READY_LIMIT
        while time.monotonic() < end and not self.processes["web"].has_ended:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/livez")
                connection.getresponse()
            except (HTTPException, OSError):
                time.sleep(0.1)
            else:
                return
            finally:
                connection.close()
        raise SystemExit(self.processes["web"].last_words())


@contextmanager
def started_servers(keep: Path | None = None) -> Iterator[Site]:
    """Start PostgreSQL and Valkey with a migrated database; everything goes at the end.

    With `keep` the database is the one of that directory, made where it is missing, and stays.
    """
    directory = Path(tempfile.mkdtemp(prefix=f"customs-portal-bench-{secrets.token_hex(3)}-"))
    directory.chmod(0o711)
    with ExitStack() as started:
        started.callback(shutil.rmtree, directory, ignore_errors=True)
        cluster = postgres.start(keep or directory / "postgres", settings=SETTINGS)
        started.callback(postgres.stop, cluster)
        server = valkey.start(directory / "valkey")
        started.callback(valkey.stop, server)
        postgres.ensure_database(cluster, "portal")
        site = Site(directory, cluster, server)
        started.callback(site.stop)
        command = [sys.executable, "-m", "customs_portal.runtime.prepare"]
        subprocess.run(
            [*command, "migrate", "load_reference"], env=site.environment(), cwd=ROOT, check=True
        )
        os.environ.update(site.environment())
        yield site


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
