"""Make a new key by which this administration signs for partners."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from customs_portal import clock
from messaging.wire import own_keys


class Command(BaseCommand):
    """The new key is published at once, signs after the notice, and the former stays valid."""

    help = "Add a key to the file PARTNER_KEYS_FILE; the first one signs at once."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the notice, and where to write if not in place."""
        notice = own_keys.NOTICE.total_seconds() / 3600
        parser.add_argument(
            "--notice", type=float, default=notice, metavar="HOURS", help="until the new key signs"
        )
        parser.add_argument("--output", type=Path, help="another file than PARTNER_KEYS_FILE")
        parser.add_argument("--if-missing", action="store_true", help="only the first key")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say when the new key signs."""
        path = options["output"] or settings.PARTNER_KEYS_FILE
        if not path:
            raise CommandError("Set PARTNER_KEYS_FILE or give --output.")
        try:
            present = own_keys.load()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if present and options["if_missing"]:
            return
        notice = timedelta(hours=options["notice"])
        keys = own_keys.rotated(present, at=clock.now(), notice=notice)
        own_keys.store(keys, Path(path))
        if options["verbosity"]:
            self.stdout.write(
                f"{keys[-1].key.kid} signs from {keys[-1].valid_from:%Y-%m-%d %H:%M} UTC"
            )
