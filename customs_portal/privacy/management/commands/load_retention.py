"""Load retention policies for the kinds of data that have none."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal.privacy.models import RetentionPolicy

OURS = Path(__file__).resolve().parents[2] / "data" / "retention.csv"


class Command(BaseCommand):
    """Safe to run again: a kind that has a policy keeps it; people change it in the admin."""

    help = "Load retention policies from a CSV file (kind, keep_months, legal_basis)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file; without one, that which comes with the portal."""
        parser.add_argument("file", type=Path, nargs="?", default=OURS)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Load all of the file or nothing."""
        known = set(RetentionPolicy.objects.values_list("kind", flat=True))
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                rows = [row for row in csv.DictReader(file) if row["kind"] not in known]
            for row in rows:
                _load(row)
        except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValidationError) as problem:
            raise CommandError(_("The file cannot be loaded: %s") % problem) from problem
        self.stdout.write(_("%d retention policies loaded") % len(rows))


def _load(row: dict[str, str]) -> None:
    policy = RetentionPolicy(
        kind=row["kind"],
        keep_months=row["keep_months"],
        legal_basis=row["legal_basis"],
    )
    policy.full_clean()
    policy.save()
