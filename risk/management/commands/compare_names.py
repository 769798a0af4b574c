"""Write how near the names of each pair are to each other."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from risk.names.comparing import compare

LONGEST_FIELD = 20_000
NEEDED = {"name1", "name2"}


class Command(BaseCommand):
    """Reads a CSV file with the columns name1, name2 and, if wanted, kind; writes CSV."""

    help = "Write the score (0 to 1) of each pair of names in a CSV file, as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("pairs", type=Path, help="CSV: name1,name2 and optionally kind")

    def handle(self, *, pairs: Path, **options: Any) -> None:
        """Write one row for each pair, in the order of the file."""
        csv.field_size_limit(LONGEST_FIELD)
        writer = csv.writer(self.stdout, lineterminator="\n")
        try:
            with pairs.open(encoding="utf-8-sig", newline="") as file:
                self._write(writer, csv.DictReader(file))
        except OSError as error:
            raise CommandError(f"{pairs} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{pairs} is not UTF-8.") from error
        except csv.Error as error:
            raise CommandError(f"{pairs} is not CSV: {error}.") from error

    def _write(self, writer: Any, rows: "csv.DictReader[str]") -> None:
        columns = rows.fieldnames or []
        if missing := NEEDED - set(columns):
            raise CommandError(f"These columns are missing: {', '.join(sorted(missing))}.")
        kept = [name for name in ("name1", "name2", "kind") if name in columns]
        writer.writerow([*kept, "score"])
        for row in _with_progress(rows):
            score = compare(row["name1"], row["name2"]).score
            writer.writerow([*((row[name] or "") for name in kept), f"{score:.4f}"])


def _with_progress(rows: "csv.DictReader[str]") -> Iterator[dict[str, str | Any]]:
    """Show on a terminal how many pairs are done."""
    from tqdm import tqdm

    return iter(tqdm(rows, unit=" pairs", disable=not sys.stderr.isatty()))
