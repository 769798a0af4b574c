"""Two instances on one machine share nothing that could be mixed up."""

import json
import stat
from pathlib import Path

import pytest

from customs_portal.runtime import instance


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(instance, "ROOT", tmp_path)
    return tmp_path / "var"


def environment_of(portal: instance.Instance, **outer: str) -> dict[str, str]:
    return portal.environment(outer, database_url="d", redis_url="r", broker_url="b")


def test_the_default_instance_needs_no_configuration(home: Path) -> None:
    portal = instance.load({})
    assert portal.directory == home
    assert portal.url == "http://127.0.0.1:8000"
    assert portal.database == "portal"
    assert environment_of(portal) == {
        "SECRET_KEY": portal.secret_key,
        "DEMO": "1",
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CUSTOMS_COUNTRY": "NL",
        "DJANGO_SETTINGS_MODULE": "customs_portal.settings",
        "DATABASE_URL": "d",
        "REDIS_URL": "r",
        "CELERY_BROKER_URL": "b",
        "INSTANCE": "",
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "PORTAL_URL": "http://127.0.0.1:8000",
        "VAR_DIRECTORY": str(home),
        "PARTNER_KEYS_FILE": str(home / "partner_keys.json"),
        "PARTNER_FOLDERS": str(home / "exchange"),
        "NEIGHBOURS_DIRECTORY": str(home / "neighbours"),
        "PYTHONUNBUFFERED": "1",
    }


def test_a_second_instance_has_everything_of_its_own(home: Path) -> None:
    first, second, third = (instance.load({"INSTANCE": name}) for name in ("", "be", "depot"))
    assert (second.directory, second.database, second.port) == (home / "be", "portal_be", 8001)
    assert (third.directory, third.database, third.port) == (home / "depot", "portal_depot", 8002)
    assert len({first.secret_key, second.secret_key, third.secret_key}) == 3
    assert environment_of(second)["CUSTOMS_COUNTRY"] == "BE"
    assert environment_of(third)["CUSTOMS_COUNTRY"] == "NL"


def test_keys_and_port_stay_the_same_at_the_next_start(home: Path) -> None:
    assert instance.load({"INSTANCE": "be"}) == instance.load({"INSTANCE": "be"})


def test_only_the_owner_can_read_the_keys(home: Path) -> None:
    instance.load({})
    path = home / "instance.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(json.loads(path.read_text())["secret_key"]) >= 50


def test_what_the_caller_sets_is_kept(home: Path) -> None:
    portal = instance.load({"PORT": "9123"})
    environment = environment_of(portal, CUSTOMS_COUNTRY="FR", DEMO="0", LANG="C.UTF-8")
    assert portal.url == "http://127.0.0.1:9123"
    assert (environment["CUSTOMS_COUNTRY"], environment["DEMO"]) == ("FR", "0")
    assert environment["LANG"] == "C.UTF-8"


@pytest.mark.parametrize("name", ["BE", "../up", "be/..", "1be", "log", "postgres", "a" * 17])
def test_a_name_that_cannot_be_a_directory_is_refused(home: Path, name: str) -> None:
    with pytest.raises(instance.InstanceError, match="INSTANCE="):
        instance.load({"INSTANCE": name})
    assert not home.exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80"])
def test_a_port_that_cannot_be_is_refused(home: Path, port: str) -> None:
    with pytest.raises(instance.InstanceError, match="PORT="):
        instance.load({"PORT": port})
