"""Make the accounts, firms and tokens of the demo."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from customs_portal import clock
from customs_portal.demo import neighbours, people, place


class Command(BaseCommand):
    """Safe to run again: passwords and tokens that work are kept."""

    help = "Make the accounts, operators and tokens of the demo and write demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print where the file is."""
        call_command("load_rules", verbosity=options["verbosity"])
        path = place.demo_file()
        found = people.load(
            country=settings.CUSTOMS_COUNTRY, url=place.url(), path=path, at=clock.now()
        )
        neighbours.prepare(at=clock.now())
        if options["verbosity"]:
            self.stdout.write(f"accounts {len(found.accounts)}, tokens {len(found.tokens)}: {path}")
