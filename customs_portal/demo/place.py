"""Where this instance keeps its files, and the address that it answers at."""

import os
from pathlib import Path

from django.conf import settings

from customs_portal.runtime.instance import FIRST_PORT, HOST, ROOT


def demo_file() -> Path:
    """Return the path of demo.json of this instance."""
    named = os.environ.get("VAR_DIRECTORY")
    directory = Path(named) if named else ROOT / "var" / settings.INSTANCE
    return directory / "demo.json"


def url() -> str:
    """Return the address of the site as the runtime told it, or the usual one."""
    port = os.environ.get("PORT") or str(FIRST_PORT)
    return os.environ.get("PORTAL_URL") or f"http://{HOST}:{port}"
