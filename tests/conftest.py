"""What every test shares; each subject has its own module in `tests/fixtures`."""

pytest_plugins = [
    "tests.fixtures.settings",
    "tests.fixtures.services",
    "tests.fixtures.database",
    "tests.fixtures.portal",
    "tests.fixtures.browser",
    "tests.fixtures.speed",
]
