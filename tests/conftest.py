"""What every test shares; each subject has its own module in `tests/fixtures`."""

pytest_plugins = [
    "tests.fixtures.services",
    "tests.fixtures.database",
]
