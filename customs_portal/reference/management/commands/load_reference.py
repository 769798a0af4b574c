"""Load the reference data from CSV files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from msgspec import ValidationError

from customs_portal import clock
from customs_portal.reference import nomenclature, services, sources


class Command(BaseCommand):
    """Bring the database in line with the CSV files; safe to run again."""

    help = "Load code lists, countries, customs offices and reason codes from CSV files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder of the CSV files, the product's own by default."""
        parser.add_argument("folder", nargs="?", type=Path, default=sources.DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print the number of rows of each table."""
        try:
            tables = sources.from_csv(options["folder"])
        except (OSError, ValidationError, KeyError) as problem:
            raise CommandError(_("The reference data cannot be read: %s") % problem) from problem
        at = clock.now()
        counts = services.load(tables=tables, at=at) | nomenclature.load_own(on=at.date())
        if options["verbosity"]:
            self.stdout.write("\n".join(f"{name} {count}" for name, count in counts.items()))
