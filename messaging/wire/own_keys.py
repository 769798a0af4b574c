"""The keys of this administration: a file of private keys with the time in which each is valid.

The file is read anew when it has changed, so that a rotation needs no restart.
"""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from messaging.wire.signing import new_key

OVERLAP = timedelta(days=7)
"""How long a former key stays valid beside its successor."""
NOTICE = timedelta(hours=24)
"""How long a new key is published before it signs."""


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """A private key of ours with its time; published from the moment it is in the file."""

    key: OKPKey
    valid_from: datetime
    valid_to: datetime | None

    def entry(self, *, private: bool) -> dict[str, Any]:
        """Return it as JWK, with its time as `nbf` and `exp` in seconds since 1970."""
        times = {"nbf": int(self.valid_from.timestamp())}
        if self.valid_to:
            times["exp"] = int(self.valid_to.timestamp())
        return {**self.key.as_dict(private=private), **times}


def signing_key(at: datetime) -> OKPKey:
    """Return the newest key that is valid; raises ImproperlyConfigured where there is none."""
    valid = _valid(load(), at)
    if not valid:
        raise ImproperlyConfigured("There is no key to sign with: see PARTNER_KEYS_FILE.")
    return valid[-1].key


def published(at: datetime) -> bytes:
    """Return the public keys as JSON Web Key Set, those to come too."""
    living = [own.entry(private=False) for own in load() if _lives(own, at)]
    return msgspec.json.encode({"keys": living})


def load() -> list[OwnKey]:
    """Return all keys of the file, [] where there is none."""
    path = Path(settings.PARTNER_KEYS_FILE) if settings.PARTNER_KEYS_FILE else None
    if path is None or not path.exists():
        return []
    return list(_read(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> tuple[OwnKey, ...]:
    try:
        return tuple(_own(entry) for entry in json.loads(path.read_text())["keys"])
    except (ValueError, KeyError, TypeError, JoseError) as error:
        raise ImproperlyConfigured(f"{path} is not a set of keys.") from error


def _own(entry: dict[str, Any]) -> OwnKey:
    return OwnKey(
        key=OKPKey.import_key({name: entry[name] for name in ("kty", "crv", "x", "d", "kid")}),
        valid_from=datetime.fromtimestamp(entry["nbf"], UTC),
        valid_to=datetime.fromtimestamp(entry["exp"], UTC) if "exp" in entry else None,
    )


def _valid(keys: Sequence[OwnKey], at: datetime) -> list[OwnKey]:
    """Return the keys that are valid at a time, the newest last."""
    valid = [own for own in keys if own.valid_from <= at and _lives(own, at)]
    return sorted(valid, key=lambda own: own.valid_from)


def _lives(own: OwnKey, at: datetime) -> bool:
    return own.valid_to is None or at < own.valid_to


def rotated(keys: Sequence[OwnKey], *, at: datetime, notice: timedelta) -> list[OwnKey]:
    """Return the keys with a new one that signs after the notice, and without those that ended.

    The one that signs now stays valid for the overlap after that; no other is kept, so that never
    more than two are valid.
    """
    valid = _valid(keys, at)
    begins = at + notice if valid else at
    kept = [msgspec.structs.replace(own, valid_to=begins + OVERLAP) for own in valid[-1:]]
    return [*kept, OwnKey(key=new_key(), valid_from=begins, valid_to=None)]


def store(keys: Sequence[OwnKey], path: Path) -> None:
    """Write the file whole or not at all, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(f".{path.name}.part")
    passing.unlink(missing_ok=True)
    text = json.dumps({"keys": [own.entry(private=True) for own in keys]}, indent=2)
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    passing.rename(path)
