"""The services of compose.yaml on bundled servers: their commands, environment and health checks.

Only places differ: what is a path or an address in the containers is one of this machine.
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_urlsafe

from customs_portal.runtime import instance, postgres, supervisor, valkey
from tests.fixtures.database import restore_kept
from tests.processes.composed import ONE_SHOT, OURS, compose, environment_of
from tests.processes.site import PATIENCE

HOST = "portal.example"
OF_THE_IMAGE = {"HOST": instance.HOST, "DEVELOPMENT_TOOLS": "0"}
FEW = {"WORKERS": "1", "COURIERS": "1"}
STAYING = tuple(name for name in OURS if name not in ONE_SHOT)


@dataclass
class Production:
    """What runs, and where its secrets and folders are."""

    directory: Path
    port: int
    places: Mapping[str, str]
    servers: Mapping[str, str]
    running: dict[str, supervisor.Process] = field(default_factory=dict)

    @property
    def secrets(self) -> Path:
        """The folder of secrets that compose.yaml mounts."""
        return self.directory / "secrets"

    def here(self, text: str) -> str:
        """Return a text of compose.yaml with the places of this machine."""
        for there, place in self.places.items():
            text = text.replace(there, place)
        return text.replace("$$", "$")

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment of a service, with nothing of the test's own in it."""
        stated = environment_of(service, {"PORTAL_HOST": HOST})
        found = {name: self.here(value) for name, value in stated.items()}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        basis = {"PATH": programs, "HOME": str(self.directory), "PYTHONPATH": str(instance.ROOT)}
        place = {"PORT": str(self.port), "VAR_DIRECTORY": str(self.directory / "tmp")}
        return {**basis, **OF_THE_IMAGE, **FEW, **place, **found, **self.servers}

    def run(
        self, *command: str, service: str = "web", typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the environment of a service, typing something to it."""
        return subprocess.run(
            command, cwd=instance.ROOT, env=self.environment(service), input=typed,
            capture_output=True, text=True, check=False, start_new_session=True,
        )  # fmt: skip

    def manage(self, line: str, typed: str = "") -> str:
        """Run a management command as the guide writes it; return what it prints."""
        done = self.run(sys.executable, *shlex.split(line), typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *services: str) -> None:
        """Start services by their commands."""
        for name in services:
            command = f"exec {shlex.join(compose()['services'][name]['command'])}"
            log = self.directory / f"{name}.log"
            self.running[name] = supervisor.start(name, command, self.environment(name), log)

    def stop(self) -> None:
        """Stop all of them."""
        supervisor.stop_all(list(self.running.values()))
        self.running.clear()

    def wait_until_well(self, *services: str) -> None:
        """Wait until the health check of each service says so."""
        deadline = time.monotonic() + PATIENCE
        waiting = list(services)
        while waiting:
            assert time.monotonic() < deadline, [self.running[n].last_words() for n in waiting]
            waiting = [name for name in waiting if not self.is_well(name)]

    def is_well(self, service: str) -> bool:
        """Whether the health check of a service succeeds."""
        kind, *test = compose()["services"][service]["healthcheck"]["test"]
        command = [self.here(part) for part in test]
        if kind == "CMD-SHELL":
            command = ["sh", "-c", *command]
        return self.run(*command, service=service).returncode == 0

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Ask the web process as the proxy in front does."""
        connection = HTTPConnection(instance.HOST, self.port, timeout=60)
        told = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        connection.request(method, path, body, {**told, **headers})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found


@contextmanager
def production(directory: Path, port: int) -> Iterator[Production]:
    """Give servers, secrets and folders as the guide has them; nothing is started yet."""
    cluster = postgres.start(directory / "postgres", settings=postgres.THROWAWAY)
    server = valkey.start(directory / "valkey")
    places = {
        "/run/secrets/": f"{directory}/secrets/",
        "/partner_keys": f"{directory}/secrets/partner_keys",
        "/exchange": f"{directory}/exchange",
        "/files": f"{directory}/files",
        "find /tmp": f"find {directory}/tmp",
        ":8000": f":{port}",
    }
    servers = {"REDIS_URL": server.url(0), "CELERY_BROKER_URL": server.broker_url(0)}
    found = Production(directory, port, places, servers)
    for name in ("secrets", "secrets/partner_keys", "exchange", "files", "tmp"):
        (directory / name).mkdir()
    url = cluster.url("portal")
    written = {"secret_key": token_urlsafe(64), "sampling_key": token_urlsafe(64)}
    for name, text in {**written, "secret_key_fallbacks": "", "database_url": url}.items():
        (found.secrets / name).write_text(text and f"{text}\n")
    try:
        postgres.ensure_database(cluster, "portal")
        restore_kept(url)
        yield found
    finally:
        found.stop()
        valkey.stop(server)
        postgres.stop(cluster)
