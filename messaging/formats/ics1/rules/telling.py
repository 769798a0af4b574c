"""A broken rule as a finding, told in the European or in the national way.

European: the code is the functional error type (required 13, forbidden 15, too many 35, too few 13,
anything else 12) and the location points at the element that the rule is about, missing or not. A
repeatable element has its position; one that is missing has none.
National (GB): the code is the number of the rule and the location is that of the element in whose
place the rule was judged, with a position at every step.
"""

from customs_portal.findings import Finding
from messaging.formats.ics1.rules.forms import number
from messaging.formats.ics1.rules.rule import Rule
from messaging.formats.ics1.rules.whole import first_misnumbered
from messaging.formats.ics1.tables import repeatable_names
from messaging.formats.ics1.tree import Group

_MISSING, _NOT_ALLOWED, _WRONG, _TOO_MANY = "13", "15", "12", "35"
_CODES = {"required": _MISSING, "forbidden": _NOT_ALLOWED}


def national_finding(rule: Rule, group: Group) -> Finding:
    """Return the finding as the national list of Great Britain has it."""
    return Finding(
        code=rule.number,
        rule=rule.rule,
        number=rule.number,
        location=national_location(group) + (f"/{rule.value}[1]" if rule.value else ""),
        value=group.values.get(rule.value or rule.targets[0], ""),
        text=rule.text,
    )


def national_location(group: Group) -> str:
    """Return the path of a group with every position; the root always has the prefix ie."""
    if group.parent is None:
        return f"/ie:{group.name}[1]"
    return f"{national_location(group.parent)}/{group.name}[{group.position}]"


def european_finding(rule: Rule, group: Group) -> Finding:
    """Return the finding as the messages of the common domain have it."""
    if rule.number == "8102":
        group = first_misnumbered(group.all("GOOITEGDS")) or group
    target = _target(rule, group)
    own = target == group.name
    name = target.rpartition("/")[2]
    return Finding(
        code=_code(rule, group, target),
        rule=rule.rule,
        number=rule.number,
        location=european_location(group, "" if own else target),
        value=group.values.get(name, ""),
        text=rule.text,
    )


def european_location(group: Group, target: str) -> str:
    """Return the path of a target below a group, positions on repeatable elements only."""
    steps = [target.replace("/", ".")] if target else []
    repeatable = repeatable_names("CC315A")
    current: Group | None = group
    while current is not None and current.parent is not None:
        position = f"[{current.position}]" if current.name in repeatable else ""
        steps.append(current.name + position)
        current = current.parent
    return ".".join(reversed(steps))


def _target(rule: Rule, group: Group) -> str:
    """Return the element at fault: of two, the missing one, else the one that should not be."""
    if rule.number == "8102":
        return "IteNumGDS7"
    if len(rule.targets) == 1:
        return rule.targets[0]
    first, second = rule.targets
    present = first in group.values
    return first if present is (rule.kind == "forbidden") else second


def _code(rule: Rule, group: Group, target: str) -> str:
    if rule.kind == "count":
        return _MISSING if _too_few(rule, group) else _TOO_MANY
    if rule.kind == "required" and target in group.values:
        return _NOT_ALLOWED
    return _CODES.get(rule.kind, _WRONG)


def code_of_kind(rule: Rule) -> str:
    """Return the functional error type, or the two that depend on what was declared."""
    if rule.kind == "count":
        return f"{_MISSING} or {_TOO_MANY}" if rule.number == "8206" else _count_code(rule)
    if rule.kind == "required" and len(rule.targets) > 1:
        return f"{_MISSING} or {_NOT_ALLOWED}"
    return _CODES.get(rule.kind, _WRONG)


def _count_code(rule: Rule) -> str:
    return _MISSING if rule.number == "8684" else _TOO_MANY


def _too_few(rule: Rule, group: Group) -> bool:
    """Return whether a wrong count is one of too few: itinerary, or items below their total."""
    if rule.number != "8206" or group.parent is None:
        return rule.number == "8684"
    declared = number(group.values.get(rule.targets[0]))
    return declared is None or declared > len(group.parent.all("GOOITEGDS"))
