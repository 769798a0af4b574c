"""One portal on this machine: name, directory, keys, port, the environment of its processes.

The default instance has no name and lives in `var/`; `INSTANCE=be` is a second country beside it
in `var/be`, with servers, database, keys, port and cookie names of its own.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
FIRST_PORT = 8000
NAME = re.compile(r"[a-z][a-z0-9]{0,15}")
RESERVED = frozenset({"exchange", "files", "log", "neighbours", "postgres", "valkey"})


class InstanceError(Exception):
    """The environment asks for an instance that cannot be."""


@dataclass(frozen=True)
class Instance:
    """What tells one instance from another. `number` is 0 for the default one, then 1, 2 ..."""

    name: str
    directory: Path
    number: int
    port: int
    secret_key: str

    @property
    def label(self) -> str:
        return self.name or "default"

    @property
    def database(self) -> str:
        return f"portal_{self.name}" if self.name else "portal"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def country(self) -> str:
        """An instance with a name of two letters is that country."""
        return self.name.upper() if len(self.name) == 2 else "NL"

    @property
    def neighbours(self) -> Path:
        """Where the portals of this machine leave their cards for each other."""
        beside = self.directory.parent if self.name else self.directory
        return (ROOT / "var" if beside == ROOT / "var" else self.directory) / "neighbours"

    @property
    def demo_file(self) -> Path:
        return self.directory / "demo.json"

    def environment(
        self, outer: Mapping[str, str], *, database_url: str, redis_url: str, broker_url: str
    ) -> dict[str, str]:
        """The whole environment of a child process; what the caller set is kept where it may be."""
        defaults = {
            "SECRET_KEY": self.secret_key,
            "DEMO": "1",
            "DEBUG": "0",
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "CUSTOMS_COUNTRY": self.country,
            "PARTNER_KEYS_FILE": str(self.directory / "partner_keys.json"),
            "PARTNER_FOLDERS": str(self.directory / "exchange"),
            "NEIGHBOURS_DIRECTORY": str(self.neighbours),
        }
        fixed = {
            "DJANGO_SETTINGS_MODULE": "customs_portal.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "CELERY_BROKER_URL": broker_url,
            "INSTANCE": self.name,
            "HOST": HOST,
            "PORT": str(self.port),
            "PORTAL_URL": self.url,
            "VAR_DIRECTORY": str(self.directory),
            "PYTHONUNBUFFERED": "1",
        }
        return {**defaults, **outer, **fixed}


def load(environ: Mapping[str, str]) -> Instance:
    """The instance that INSTANCE, PORT and VAR_DIRECTORY name; its keys are made the first time.

    Raises InstanceError for a name or a port that cannot be.
    """
    name = environ.get("INSTANCE", "")
    if name and (not NAME.fullmatch(name) or name in RESERVED):
        raise InstanceError(f"INSTANCE={name}: use a to z and 0 to 9, at most 16, a letter first.")
    home = ROOT / "var"
    directory = Path(environ.get("VAR_DIRECTORY") or (home / name if name else home)).absolute()
    kept = _kept_facts(directory, name, home)
    number = int(kept["number"])
    port = _port(environ.get("PORT") or str(FIRST_PORT + number))
    return Instance(name, directory, number, port, kept["secret_key"])


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise InstanceError(f"PORT={text}: use a number from 1 to 65535.")
    return int(text)


def _kept_facts(directory: Path, name: str, home: Path) -> dict[str, str]:
    """Read, or make once, what must stay the same from one start to the next."""
    path = directory / "instance.json"
    if not path.exists():
        facts = {
            "number": str(_next_number(home) if name else 0),
            "secret_key": secrets.token_urlsafe(48),
        }
        _write_private(path, json.dumps(facts))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _next_number(home: Path) -> int:
    """One more than the highest number that a named instance has."""
    taken = [int(json.loads(path.read_text())["number"]) for path in home.glob("*/instance.json")]
    return max(taken, default=0) + 1


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_suffix(".part")
    passing.unlink(missing_ok=True)
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    passing.rename(path)
