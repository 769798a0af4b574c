"""The list of every error that a trader can get, with its meaning and remedy, as markdown."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from messaging.formats.ics1.rules.book import GROUPS, every_rule
from messaging.formats.ics1.rules.rule import Rule
from messaging.formats.ics1.rules.telling import code_of_kind
from messaging.formats.ics1.tables import by_path
from messaging.formats.ics2.rules.book import numbers
from messaging.formats.ics2.rules.book import sentence as filing_rule

DATA = Path(__file__).parent / "data" / "errors"
_INTRODUCTION = """# Errors and what to do

Made by `manage.py list_errors`; do not edit.

A message that is not accepted is answered with all its errors at once. A message that cannot be
read, or does not agree with its schema, is answered by CD917B with XML errors, and its rules are
not judged yet. A declaration that breaks a rule is answered by CC316A: each error has its type (a
functional error code), a pointer to the element, the rule, and the value that was sent.
A message of ICS2 is answered by IE3N99 where something it says is wrong, and by IE3N01 where the
state of a filing stands against it.
Under the profile GB the number takes the place of the code. Which rules hold depends on the
profile and its rule set (EU: old, GB: current). Errors of the connection (no token, too big, busy)
are in the description of the API, docs/openapi.yaml.
"""


def markdown() -> str:
    """Return the whole guide."""
    parts = [
        _INTRODUCTION,
        "## Functional errors (CC316A, CC305A, CC324A)\n",
        _table(("Code", "What is wrong", "What to do"), _codes("functional")),
        "## XML errors (CD917B)\n",
        _table(("Code", "What is wrong", "What to do"), _codes("xml")),
        "## Checks beyond the rules of the declaration\n",
        _table(("Code", "Rule", "Where", "What is wrong", "What to do"), _checks()),
        "## Rules of the declaration (CC315A, CC313A)\n",
        _table(
            ("Rule", "Number", "Code", "Where", "What is wrong", "What to do", "Profiles: sets"),
            map(_rule_row, every_rule()),
        ),
        "## Errors of ICS2 (IE3N99, IE3N01)\n",
        _table(("Code", "What is wrong", "What to do"), _codes("filing")),
        "## Rules and conditions of the filings of ICS2\n",
        _table(("Rule", "What it demands"), map(_filing_rule, numbers())),
    ]
    return "\n".join(parts)


def rows(name: str) -> list[dict[str, str]]:
    """Return a table of the guide: `codes` or `checks`."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _codes(kind: str) -> Iterator[Sequence[str]]:
    for row in rows("codes"):
        if row["list"] == kind:
            yield row["code"], f"{row['meaning']}.", f"{row['remedy']}."


def _checks() -> Iterator[Sequence[str]]:
    for row in rows("checks"):
        yield row["code"], row["rule"], row["location"], row["text"], f"{row['remedy']}."


def _filing_rule(number: str) -> Sequence[str]:
    return number, filing_rule(number)


def _rule_row(found: tuple[dict[str, str], Rule]) -> Sequence[str]:
    row, rule = found
    where = f"{row['scope'].strip('/').replace('/', '.')}".removesuffix(f".{rule.value}")
    return (
        rule.rule,
        rule.number,
        code_of_kind(rule),
        where or "the message",
        rule.text,
        remedy(row, rule),
        f"{row['profiles']}: {row['sets'].replace(' ', ' and ')}",
    )


def remedy(row: dict[str, str], rule: Rule) -> str:
    """Return what a trader does about a broken rule."""
    fields = [_words(row["scope"], target) for target in rule.targets]
    first, named = fields[0], " and ".join(fields)
    if len(fields) > 1:
        return f"Give or leave out {named} as the kind of packages asks."
    return {
        "required": f"Give {first}.",
        "forbidden": f"Leave out {first}.",
        "count": f"Make the number of {first} right.",
        "sum": f"Add up again and correct {first}.",
        "sequence": "Number the items again from 1.",
        "comparison": f"Compare {first} with what else is declared and correct it.",
    }.get(rule.kind, f"Correct {first}.")


def _words(scope: str, target: str) -> str:
    """Return the words of a field, with its element name."""
    described, name = by_path("CC315A"), target.rpartition("/")[2]
    base = f"/CC315A{scope}".rstrip("/")
    place = base if base.endswith(f"/{name}") else f"{base}/{target}"
    words = described[place].description if place in described else ""
    if name in GROUPS:
        return f"the {GROUPS[name]} ({name})"
    group = GROUPS.get(place.split("/")[-2], "")
    owner = f" of the {group}" if group and group not in words.lower() else ""
    return f"{_small(words)}{owner} ({name})" if words else name


def _small(words: str) -> str:
    return words if words.isupper() else words[:1].lower() + words[1:]


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = "|".join("---" for _ in head)
    written = [f"| {' | '.join(map(_cell, line))} |" for line in lines]
    return "\n".join([f"| {' | '.join(head)} |", f"|{rule}|", *written, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "-"
