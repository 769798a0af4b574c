"""Look for anything lost, done twice or forgotten."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from messaging.invariants.book import INVARIANTS, breaches, counted
from messaging.invariants.invariant import Breach, Harm, Scope

SHOWN = 20


class Command(BaseCommand):
    """Exit status 0 if every invariant holds, 1 if one does not. May run while the site does."""

    help = "Check what must always be true of messages, declarations, cases and the event log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form of the answer and how many contents are compared."""
        parser.add_argument("--format", choices=("text", "json"), default="text")
        amount = parser.add_mutually_exclusive_group()
        amount.add_argument(
            "--sample",
            type=int,
            default=1000,
            help="How many of the newest contents are compared with their digest or document.",
        )
        amount.add_argument(
            "--all", dest="sample", action="store_const", const=None, help="Compare all contents."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is broken."""
        found = list(breaches(Scope(sample=options["sample"])))
        if options["format"] == "json":
            self.stdout.write(_as_json(found))
        elif options["verbosity"]:
            self.stdout.write(_as_text(found))
        if found:
            sys.exit(1)


def _as_json(found: list[Breach]) -> str:
    broken = [
        {
            "name": breach.invariant.name,
            "sentence": breach.invariant.sentence,
            "count": len(breach.places),
            "examples": breach.places[:SHOWN],
        }
        for breach in found
    ]
    counts = {"lost": counted(found, Harm.LOST), "duplicates": counted(found, Harm.DUPLICATE)}
    return json.dumps({**counts, "broken": broken})


def _as_text(found: list[Breach]) -> str:
    if not found:
        return _("%d invariants hold.") % len(INVARIANTS)
    return "\n".join(line for breach in found for line in _lines(breach))


def _lines(breach: Breach) -> list[str]:
    more = len(breach.places) - SHOWN
    return [
        _("Broken: %s") % breach.invariant.sentence,
        *(f"  {place}" for place in breach.places[:SHOWN]),
        *([_("  and %d more") % more] if more > 0 else []),
    ]
