"""List every error that a trader can get."""

from typing import Any

from django.core.management.base import BaseCommand

from messaging import guide


class Command(BaseCommand):
    """Needs no database and no service."""

    help = "Print every error that a trader can get, with its meaning and remedy, as markdown."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the list; docs/errors.md is this output."""
        self.stdout.write(guide.markdown(), ending="")
