"""One site for all tests of this directory that one worker runs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.portal import free_port
from tests.processes.site import Site, running_site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="customs-portal-site-") as name:
        Path(name).chmod(0o711)
        with running_site(Path(name), free_port()) as running:
            yield running
