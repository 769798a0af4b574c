"""Load a reference list from a CSV file: whole, or not at all."""

import csv
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.accounts.models import User
from declarations.services.results import Refused
from risk.engine import loading
from risk.models import ReferenceList
from risk.services.lists import NewList, load_list


class Command(BaseCommand):
    """Safe to run again: nothing changes where the file holds what the list holds."""

    help = "Load a reference list from a CSV file with these columns: " + ", ".join(loading.COLUMNS)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the code of the list and the file."""
        parser.add_argument("code")
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default="", help="the name of a new list")
        parser.add_argument("--kind", default="values", choices=ReferenceList.Kind.values)
        parser.add_argument("--threshold", type=Decimal, help="of a new list of names: 0.5 to 1")
        parser.add_argument("--owner", default="", help="user name of who keeps a new list")
        parser.add_argument("--secret", action="store_true", help="a new list is secret")
        parser.add_argument(
            "--allow-shrink", action="store_true", help="the list may lose most of its entries"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print the difference."""
        new = NewList(
            code=options["code"],
            entries=loading.read_entries(options["file"]),
            name=options["name"],
            secret=options["secret"],
            kind=ReferenceList.Kind(options["kind"]),
            threshold=options["threshold"],
            owner=_owner(options["owner"]),
            may_shrink=options["allow_shrink"],
        )
        try:
            with transaction.atomic():
                loaded = load_list(new, at=clock.now())
        except (OSError, ValueError, csv.Error) as error:
            raise CommandError(_("Nothing is loaded. %s") % error) from error
        if isinstance(loaded, Refused):
            told = "; ".join(f"{each.text} {each.value}".strip() for each in loaded.findings)
            raise CommandError(_("Nothing is loaded. %s") % told)
        self.stdout.write(
            _("revision %(revision)d: %(added)d added, %(removed)d removed, %(total)d entries")
            % {
                "revision": loaded.revision,
                "added": loaded.added,
                "removed": loaded.removed,
                "total": loaded.total,
            }
        )


def _owner(name: str) -> User | None:
    owner = User.objects.filter(username=name, is_active=True).first() if name else None
    if name and owner is None:
        raise CommandError(_("There is no user %s.") % name)
    return owner
