"""compose.yaml says what the portal reads, and every process of it says whether it is well."""

import re

import pytest

from customs_portal.runtime.instance import ROOT
from tests.processes.composed import ONE_SHOT, OURS, compose, environment_of

SERVICES = compose()["services"]


def test_every_process_that_stays_has_a_health_check() -> None:
    staying = set(SERVICES) - ONE_SHOT
    assert {name for name in staying if "healthcheck" not in SERVICES[name]} == set()


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_no_rights_and_write_only_where_they_may(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    written = environment_of(name, {"PORTAL_HOST": "portal.example"})["FILES_DIRECTORY"]
    assert f"files:{written}" in service["volumes"]


def test_all_that_is_named_is_there() -> None:
    found = compose()
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service.get("secrets", [])) <= set(found["secrets"])
        mounted = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {name for name in mounted if not name.startswith("./")} <= set(found["volumes"])


def test_every_variable_is_read_and_described() -> None:
    settings = (ROOT / "customs_portal" / "settings.py").read_text()
    guide = (ROOT / "docs" / "operations.md").read_text()
    for name in environment_of("web", {"PORTAL_HOST": "portal.example"}):
        plain = name if f'"{name}"' in settings else name.removesuffix("_FILE")
        assert f'"{plain}"' in settings, plain
        assert f"`{plain}`" in guide, plain


def test_the_public_name_must_be_given() -> None:
    with pytest.raises(KeyError):
        environment_of("web", {})


def test_the_guide_names_the_secrets_that_are_mounted() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    [line] = re.findall(r"put four files of one line into `secrets/`:(.*)", guide)
    for name, secret in compose()["secrets"].items():
        assert f"`{name}`" in line
        assert secret["file"] == f"./secrets/{name}"
