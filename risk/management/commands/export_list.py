"""Write a reference list as CSV, in the form in which `load_list` reads it."""

import csv
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from risk.engine.loading import COLUMNS
from risk.models import ReferenceList, ReferenceListEntry
from risk.rule_sets import BEGINNING


class Command(BaseCommand):
    """Reads only."""

    help = "Write the entries of a reference list as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the code of the list."""
        parser.add_argument("code")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the entries in force."""
        found = ReferenceList.objects.filter(code=options["code"]).first()
        if found is None:
            raise CommandError(_("There is no list with this code."))
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        entries = ReferenceListEntry.objects.filter(list=found, removed_in=None)
        for entry in entries.order_by("value", "valid_from").iterator():
            start = "" if entry.valid_from == BEGINNING else entry.valid_from.isoformat()
            end = entry.valid_to.isoformat() if entry.valid_to else ""
            who = (entry.country, entry.identifier, entry.place)
            writer.writerow((entry.value, entry.label, start, end, entry.note, *who))
