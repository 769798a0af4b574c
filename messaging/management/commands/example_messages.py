"""Write one full and one minimal example of every message into a folder."""

from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from messaging.formats.ics1 import examples as ics1
from messaging.formats.ics2 import examples as ics2


class Command(BaseCommand):
    """Needs no database and no service."""

    help = "Write a full and a minimal valid example of every message."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder, which is made where it is absent."""
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the files and say how many there are."""
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for name, body in chain(ics1.examples(), ics2.examples()):
            (folder / f"{name}.xml").write_bytes(body)
            count += 1
        self.stdout.write(f"{count} messages written to {folder}")
