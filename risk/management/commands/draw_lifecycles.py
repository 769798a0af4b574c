"""Draw the machines of the portal."""

from typing import Any

from django.core.management.base import BaseCommand

from declarations.lifecycle.drawing import markdown
from risk.lifecycle import MACHINES


class Command(BaseCommand):
    """Needs no database and no service."""

    help = "Print the state diagrams and tables of every object with a life, as markdown."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the page; docs/lifecycle.md is this output."""
        self.stdout.write(markdown(MACHINES), ending="")
