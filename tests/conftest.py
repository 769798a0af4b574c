"""What every test shares; each subject has its own module in `tests/fixtures`."""

pytest_plugins = [
    "tests.fixtures.day",
    "tests.fixtures.settings",
    "tests.fixtures.services",
    "tests.fixtures.database",
    "tests.fixtures.emptying",
    "tests.fixtures.standing",
    "tests.fixtures.chance",
    "tests.fixtures.world",
    "tests.fixtures.portal",
    "tests.fixtures.browser",
    "tests.fixtures.speed",
    "tests.fixtures.memory",
]
