"""One walk over an indexed message, judging every rule where the tables name it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from customs_portal.findings import Finding
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules import quality
from messaging.formats.ics2.rules.book import Plan, plan, sentence
from messaging.formats.ics2.rules.facts import Facts
from messaging.formats.ics2.rules.rule import TESTS, WRONG, Fault
from messaging.formats.ics2.tree import pointer
from messaging.formats.tables import repeatable_names

MAX_FINDINGS = 999
TIME_FORM = "%Y-%m-%dT%H:%M:%SZ"
_NO_SUCH_TIME = "This date or time does not exist in the calendar."


def judge(root: Group) -> list[Finding]:
    """Return the findings on a message of right structure, at most MAX_FINDINGS, as they stand."""
    return list(islice(_findings(root), MAX_FINDINGS))


def _findings(root: Group) -> Iterator[Finding]:
    repeatable = repeatable_names(root.name)
    facts = Facts(root)
    for group, planned in _walk(root, plan(root.name)):
        for number, text, fault in _faults(group, planned, facts):
            yield Finding(
                code=fault.code,
                rule=number,
                location=pointer(fault.group, fault.name, repeatable)[:512],
                value=fault.group.values.get(fault.name, "")[:350],
                text=text,
            )


def _walk(root: Group, planned: Plan) -> Iterator[tuple[Group, Plan]]:
    """Yield every group with its plan, in document order."""
    waiting = [(root, planned)]
    while waiting:
        group, planned = waiting.pop()
        yield group, planned
        if group.groups:
            below = [
                (inner, planned.groups[name])
                for name, groups in group.groups.items()
                for inner in groups
            ]
            waiting.extend(reversed(below))


def _faults(group: Group, planned: Plan, facts: Facts) -> Iterator[tuple[str, str, Fault]]:
    for number, name in planned.rules:
        for fault in TESTS[number](group, name, facts):
            yield number, sentence(number), fault
    if group.values:
        yield from _wrong_texts(group, facts)


def _wrong_texts(group: Group, facts: Facts) -> Iterator[tuple[str, str, Fault]]:
    for fault in quality.foreign_characters(group):
        yield "", quality.NOT_ALLOWED_CHARACTERS, fault
    for fault in quality.poor_texts(group, facts.today):
        yield "", quality.SAYS_NOTHING, fault
    for fault in _impossible_times(group):
        yield "", _NO_SUCH_TIME, fault


def _impossible_times(group: Group) -> Iterator[Fault]:
    for name, value in group.values.items():
        if len(value) == 20 and value[10] == "T" and value.endswith("Z") and _is_time(name):
            try:
                datetime.fromisoformat(value)
            except ValueError:
                yield Fault(group, name, WRONG)


def _is_time(name: str) -> bool:
    return "Date" in name
