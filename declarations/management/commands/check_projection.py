"""Compare what is searched with what was declared."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from declarations.rebuilding import newest_versions, wrong_versions


class Command(BaseCommand):
    """Exit status 1 if a version differs; `rebuild_projection` mends it."""

    help = "Check that the rows for search, queue and history say what the documents say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many versions are compared, the newest first; all by default."""
        parser.add_argument("--sample", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the versions that differ."""
        ids = newest_versions(options["sample"])
        wrong = wrong_versions(ids)
        for version in wrong:
            self.stdout.write(_("filing version %d differs") % version)
        if wrong:
            raise CommandError(
                _("%(wrong)d of %(all)d versions differ; mend them with rebuild_projection.")
                % {"wrong": len(wrong), "all": len(ids)}
            )
        self.stdout.write(_("%d versions are as declared.") % len(ids))
