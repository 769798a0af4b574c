"""compose.yaml says what the portal reads, and every process of it says whether it is well."""

import re

import pytest
from honcho.environ import parse_procfile

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
    found = environment_of(name, {"PORTAL_HOST": "portal.example"})
    keys = found["PARTNER_KEYS_FILE"].rpartition("/")[0]
    assert set(service["volumes"]) == {
        f"files:{found['FILES_DIRECTORY']}",
        f"exchange:{found['PARTNER_FOLDERS']}",
        f"./secrets/partner_keys:{keys}",
    }


def test_every_process_of_the_procfile_is_a_service_and_runs_by_it() -> None:
    started = {name: SERVICES[name]["command"] for name in OURS if name not in ONE_SHOT}
    assert started == {name: ["honcho", "start", name] for name in started}
    assert set(started) == set(parse_procfile((ROOT / "Procfile").read_text()).processes)


def test_the_image_makes_what_the_portal_writes_to() -> None:
    image = (ROOT / "Dockerfile").read_text()
    [made] = re.findall(r"install --directory --owner portal --group portal (.+)", image)
    found = environment_of("web", {"PORTAL_HOST": "portal.example"})
    assert set(made.split()) == {found["FILES_DIRECTORY"], found["PARTNER_FOLDERS"]}


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
    [line] = re.findall(r"put five files into `secrets/`:(.*)", guide)
    for name, secret in compose()["secrets"].items():
        assert f"`{name}`" in line
        assert secret["file"] == f"./secrets/{name}"
