"""Keep outside the database which messages their recipients have."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from messaging.restoring import write_receipts


class Command(BaseCommand):
    """Run it more often than backups are made; `after_restore --receipts` reads it."""

    help = "Write the ids of the messages that were delivered, and when, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and print the number of receipts."""
        with options["file"].open("w", encoding="utf-8", newline="") as lines:
            count = write_receipts(lines)
        self.stdout.write(_("%d receipts") % count)
