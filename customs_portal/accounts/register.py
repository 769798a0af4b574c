"""Loading the register of operators from a file: all of it or nothing."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction

from customs_portal.accounts.models import Operator

COLUMNS = (
    "eori", "name", "telephone", "natural_person", "country", "street", "postcode", "city",
    "valid_from", "valid_to", "aeo", "aeo_number", "aeo_valid_from", "aeo_valid_to",
    "aeo_suspended",
)  # fmt: skip
DATES = frozenset({"valid_from", "valid_to", "aeo_valid_from", "aeo_valid_to"})
FLAGS = {"": False, "0": False, "1": True}
YES_OR_NO = frozenset({"natural_person", "aeo_suspended"})
LARGEST_FILE = 200_000_000
MOST_ERRORS = 20
MOST_SHRINKING = 0.2
BATCH = 2000


class Faulty(Exception):
    """The file cannot be loaded, for these reasons with their lines."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a load changes: numbers of rows, and which EORI numbers end."""

    added: int
    changed: int
    ended: tuple[str, ...]
    unchanged: int


def read(path: Path) -> list[Operator]:
    """Return the operators of a CSV file with the columns of COLUMNS, of which two are needed.

    Raises Faulty for a file that is too large, lacks `eori` or `name`, has a column twice or one
    that is unknown, names a number twice, or has a row that cannot be.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise Faulty([f"The file has more than {LARGEST_FILE} bytes."])
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        _check_columns(reader.fieldnames or [])
        return _rows(reader)


def _check_columns(names: Sequence[str]) -> None:
    unknown = sorted(set(names) - set(COLUMNS))
    if unknown:
        raise Faulty([f"Unknown columns: {', '.join(unknown)}."])
    if len(set(names)) != len(names):
        raise Faulty(["A column stands there twice."])
    if not {"eori", "name"} <= set(names):
        raise Faulty(["The columns eori and name are needed."])


def _rows(reader: "csv.DictReader[str]") -> list[Operator]:
    found: dict[str, Operator] = {}
    faults: list[str] = []
    for values in reader:
        try:
            operator = _operator(values, known=found)
            found[operator.eori] = operator
        except (ValueError, ValidationError) as fault:
            faults.append(f"line {reader.line_num}: {_text(fault)}")
            if len(faults) >= MOST_ERRORS:
                break
    if faults:
        raise Faulty(faults)
    return list(found.values())


def _text(fault: Exception) -> str:
    return " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)


def _operator(
    values: Mapping[str | None, str | None], *, known: Mapping[str, Operator]
) -> Operator:
    """Return a row as an operator that is not stored yet; raises ValueError, ValidationError."""
    if None in values or None in values.values():
        raise ValueError("the row has another number of columns than the head")
    given = {str(name): (value or "").strip() for name, value in values.items()}
    operator = Operator(**{name: _value(name, text) for name, text in given.items()})
    operator.clean_fields(exclude={"id"})
    if operator.eori in known:
        raise ValueError(f"{operator.eori} stands there twice")
    for start, end in (("valid_from", "valid_to"), ("aeo_valid_from", "aeo_valid_to")):
        _check_order(given.get(start, ""), given.get(end, ""))
    if bool(operator.aeo) != bool(operator.aeo_number) or operator.aeo_suspended > bool(
        operator.aeo
    ):
        raise ValueError("kind and number of an authorisation belong together")
    return operator


def _check_order(start: str, end: str) -> None:
    if start and end and end < start:
        raise ValueError(f"{end} is before {start}")


def _value(name: str, text: str) -> str | bool | date | None:
    if name in DATES:
        return date.fromisoformat(text) if text else None
    if name in YES_OR_NO:
        if text not in FLAGS:
            raise ValueError(f"{name} is 1, 0 or empty")
        return FLAGS[text]
    return text


class TooSmall(Exception):
    """The load would end too many of the valid numbers of the register."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(f"{len(difference.ended)} numbers would end.")
        self.difference = difference


@transaction.atomic
def load(operators: Sequence[Operator], *, on: date, may_end: float = MOST_SHRINKING) -> Difference:
    """Bring the register in line with the rows: others end on that day, none is deleted.

    Columns that the file lacks are emptied. Raises TooSmall, and changes nothing, where more than
    the share `may_end` of the numbers valid on that day would end.
    """
    list(Operator.objects.select_for_update().order_by("pk").values_list("pk")[:1])
    known = {row["eori"]: row for row in Operator.objects.values("pk", *COLUMNS)}
    difference, changed = _difference(operators, known, on)
    valid = sum(_is_valid(row, on) for row in known.values())
    if valid and len(difference.ended) > may_end * valid:
        raise TooSmall(difference)
    for batch in _batches(changed):
        Operator.objects.bulk_create(
            batch,
            update_conflicts=True,
            unique_fields=["eori"],
            update_fields=[name for name in COLUMNS if name != "eori"],
        )
    Operator.objects.filter(eori__in=difference.ended).update(valid_to=on)
    return difference


def _difference(
    operators: Sequence[Operator], known: Mapping[str, Mapping[str, object]], on: date
) -> tuple[Difference, list[Operator]]:
    fresh = [each for each in operators if each.eori not in known]
    other = [each for each in operators if each.eori in known and _differs(each, known[each.eori])]
    listed = {each.eori for each in operators}
    ended = [eori for eori, row in known.items() if eori not in listed and _is_valid(row, on)]
    difference = Difference(
        added=len(fresh),
        changed=len(other),
        ended=tuple(sorted(ended)),
        unchanged=len(operators) - len(fresh) - len(other),
    )
    return difference, [*fresh, *other]


def _differs(operator: Operator, row: Mapping[str, object]) -> bool:
    return any(getattr(operator, name) != row[name] for name in COLUMNS)


def _is_valid(row: Mapping[str, object], on: date) -> bool:
    end = row["valid_to"]
    return not isinstance(end, date) or end > on


def _batches(operators: Sequence[Operator]) -> Iterator[Sequence[Operator]]:
    for start in range(0, len(operators), BATCH):
        yield operators[start : start + BATCH]
