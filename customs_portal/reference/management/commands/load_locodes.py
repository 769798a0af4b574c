"""Load the whole list of UN/LOCODE."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.reference import nomenclature


class Command(BaseCommand):
    """Safe to run again; places that the file does not have stay as they are."""

    help = "Load places from a CSV file with the columns locode and name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print the number of places."""
        try:
            places = list(nomenclature.read(options["file"], code="locode"))
        except (OSError, KeyError, UnicodeDecodeError) as problem:
            raise CommandError(_("The places cannot be read: %s") % problem) from problem
        count = nomenclature.add(nomenclature.List.PLACE, places, on=clock.now().date())
        self.stdout.write(_("%d places") % count)
