"""Partners as an administrator enters them."""

from collections.abc import Mapping
from typing import Any

NOTHING_BELOW: Mapping[str, str] = {
    f"{table}-{end}_FORMS": "0" for table in ("contacts", "keys") for end in ("TOTAL", "INITIAL")
}


def entry(**values: object) -> dict[str, Any]:
    """Return what a browser sends of the form, without contacts or keys."""
    return {"transport": "collect", **NOTHING_BELOW, **values}
