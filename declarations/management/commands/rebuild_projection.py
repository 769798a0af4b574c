"""Make what is searched anew from what was declared."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from declarations.models import Ens
from declarations.rebuilding import rebuild


class Command(BaseCommand):
    """May run while the site does, and again after it was interrupted."""

    help = "Rebuild the rows for search, queue and history from the documents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the MRN of one ENS; all by default."""
        parser.add_argument("--mrn", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and print the number of ENS."""
        wanted = Ens.objects.order_by("pk")
        if options["mrn"]:
            wanted = wanted.filter(mrn=options["mrn"])
            if not wanted.exists():
                raise CommandError(_("There is no ENS with this MRN."))
        count = rebuild(wanted.values_list("pk", flat=True).iterator())
        self.stdout.write(_("%d ENS rebuilt.") % count)
