"""Machines as markdown: a state diagram and the table of its rows."""

from collections.abc import Iterable

from declarations.lifecycle.machine import Machine
from declarations.lifecycle.out_of_sequence import REFUSALS, Situation

_INTRODUCTION = """# Lifecycle

Made by `manage.py draw_lifecycles`; do not edit.

Each object has one table; what is not a row cannot happen. A verb is applied by one conditional
update, under the locks of the ENS rows. A message that asks for what is not a row is refused with
the error of the last table.
"""


def markdown(machines: Iterable[Machine]) -> str:
    """Return the whole page."""
    parts = [_INTRODUCTION, *(part for machine in machines for part in _machine(machine))]
    return "\n".join([*parts, "## Messages out of sequence\n", _out_of_sequence()])


def _machine(machine: Machine) -> tuple[str, str, str]:
    return f"## {machine.title}\n", _diagram(machine), _table(machine)


def _diagram(machine: Machine) -> str:
    arrows = [f"  {row.source or '[*]'} --> {row.target}: {row.verb}" for row in machine.rows]
    ends = [f"  {state} --> [*]" for state in machine.finals()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, *ends, "```", ""])


def _table(machine: Machine) -> str:
    lines = [
        f"| {row.number} | {row.source or '-'} | {row.verb} | {row.target} | {row.source_of_rule} |"
        for row in machine.rows
    ]
    head = ["| Row | From | Verb | To | Source |", "|---|---|---|---|---|"]
    return "\n".join([*head, *lines, ""])


def _out_of_sequence() -> str:
    codes = {(row.message, row.situation): f"{row.code} {row.motivation}" for row in REFUSALS}
    messages = dict.fromkeys(row.message for row in REFUSALS)
    head = f"| Message | {' | '.join(Situation)} |"
    rule = "|---" * (len(Situation) + 1) + "|"
    lines = [
        f"| {message} | "
        + " | ".join(codes.get((message, found), "ok").strip() for found in Situation)
        + " |"
        for message in messages
    ]
    return "\n".join([head, rule, *lines, ""])
