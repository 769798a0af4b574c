"""Make a restored database safe to go on with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import ValidationError

from messaging.restoring import accept_receipts, read_receipts, skip_numbers


class Command(BaseCommand):
    """Run after every restore, before the portal starts; safe to run again."""

    help = "Skip numbers given since the backup; mark as delivered what recipients have."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file of receipts: message_identification, delivered_at."""
        parser.add_argument("--receipts", type=Path, default=None)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Skip, compare, and print the messages that only their recipients know."""
        skip_numbers()
        path = options["receipts"]
        if path is None:
            return
        try:
            with path.open(encoding="utf-8", newline="") as lines:
                unknown = accept_receipts(read_receipts(lines))
        except (OSError, ValidationError) as problem:
            raise CommandError(_("The receipts cannot be read: %s") % problem) from problem
        for identification in unknown:
            self.stdout.write(_("known to its recipient only: %s") % identification)
