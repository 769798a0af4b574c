"""The world of the access tests, and browsers of its people in the admin."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.access.world import World

LogIn = Callable[[str], Client]


@pytest.fixture
def as_person(world: World) -> LogIn:
    """Log somebody in by name."""

    def log_in(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name])
        return client

    return log_in
