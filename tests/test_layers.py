"""The house of DESIGN: imports, foreign keys, migrations and templates point down only."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "events": 1,
    "reference": 1,
    "accounts": 1,
    "declarations": 2,
    "risk": 3,
    "messaging": 4,
    "privacy": 5,
    "api": 5,
    "pages": 5,
    "demo": 5,
}
INCLUDED = re.compile(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
LIBRARIES = ("admin/", "account/", "mfa/", "django_tables2/", "rest_framework/", "drf_spectacular/")


def our_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in FLOORS:
            yield model


def foreign_keys() -> Iterator[tuple[str, int, int, str]]:
    """Name, floor, floor of the target and name of the reverse relation of each foreign key."""
    for model in our_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                target = field.related_model._meta.app_label
                yield (
                    f"{model._meta.label}.{field.name}",
                    FLOORS[model._meta.app_label],
                    FLOORS.get(target, 0),
                    field.remote_field.related_name or "",
                )


def test_imports_point_down_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_every_app_of_ours_has_a_floor() -> None:
    ours = {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT) and ".venv" not in config.path
    }
    assert ours - {"admin"} == set(FLOORS)


def test_no_foreign_key_points_up() -> None:
    assert [name for name, floor, target, _ in foreign_keys() if target > floor] == []


def test_a_lower_floor_does_not_see_the_keys_that_point_to_it() -> None:
    """Without related_name="+" a lower model would grow attributes of a higher floor."""
    crossing = [
        (name, related) for name, floor, target, related in foreign_keys() if 0 < target < floor
    ]
    assert crossing != []
    assert [name for name, related in crossing if not related.endswith("+")] == []


def test_migrations_depend_downwards() -> None:
    loader = MigrationLoader(None)
    upwards = [
        (app, name, needed)
        for (app, name), migration in loader.disk_migrations.items()
        for needed, _ in migration.dependencies
        if app in FLOORS and FLOORS.get(needed, 0) > FLOORS[app]
    ]
    assert upwards == []


def templates() -> list[Path]:
    folders = [
        ROOT / "templates",
        *ROOT.glob("*/templates"),
        *ROOT.glob("customs_portal/*/templates"),
    ]
    return sorted(path for folder in folders for path in folder.rglob("*.html"))


def test_there_are_templates_to_judge() -> None:
    assert templates() != []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_includes_its_own_app_shared_or_from_pages_any(path: Path) -> None:
    own = path.relative_to(next(up for up in path.parents if up.name == "templates")).parts[0]
    if own == "pages":
        return
    allowed = (f"{own}/", "shared/", *LIBRARIES)
    included = INCLUDED.findall(path.read_text())
    assert [name for name in included if not name.startswith(allowed)] == []
