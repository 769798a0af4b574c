"""Load the register of operators from a CSV file."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.accounts import register

SHOWN = 20


class Command(BaseCommand):
    """All of the file or nothing; safe to run again. Operators that it lacks end today."""

    help = "Load operators with their EORI numbers and authorisations from a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and leave to end more of the register than a fifth."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--allow-shrink", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report what is different now."""
        share = 1.0 if options["allow_shrink"] else register.MOST_SHRINKING
        try:
            rows = register.read(options["file"])
            found = register.load(rows, on=clock.now().date(), may_end=share)
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise CommandError(_("The file cannot be read: %s") % problem) from problem
        except register.Faulty as problem:
            raise CommandError("\n".join(problem.reasons)) from problem
        except register.TooSmall as problem:
            text = _("%d numbers would end. Nothing is loaded; --allow-shrink loads it.")
            raise CommandError(text % len(problem.difference.ended)) from problem
        self._report(found)

    def _report(self, found: register.Difference) -> None:
        text = _("%(added)d added, %(changed)d changed, %(ended)d ended, %(unchanged)d unchanged")
        self.stdout.write(
            text
            % {
                "added": found.added,
                "changed": found.changed,
                "ended": len(found.ended),
                "unchanged": found.unchanged,
            }
        )
        for eori in found.ended[:SHOWN]:
            self.stdout.write(_("ended: %s") % eori)
