"""compose.yaml as data: its services, and their environment as Docker Compose would fill it in."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from customs_portal.runtime.instance import ROOT

ONE_SHOT = {"init"}
OURS = ("init", "web", "worker", "courier", "beat")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def compose() -> dict[str, Any]:
    """Return the file with its anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def filled_in(value: str, given: Mapping[str, str]) -> str:
    """Return a value with its variables filled in; raises KeyError for one that is required."""

    def one(match: "re.Match[str]") -> str:
        name, sign, rest = match.groups()
        if name in given:
            return given[name]
        if sign == "-":
            return str(rest)
        raise KeyError(name)

    return _VARIABLE.sub(one, value)


def environment_of(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service of ours."""
    stated = compose()["services"][service]["environment"]
    return {name: filled_in(value, given) for name, value in stated.items()}
