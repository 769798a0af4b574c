"""Rules that differ only in the elements they name; the rows are in `rules.csv`."""

from messaging.formats.ics1.rules import forms
from messaging.formats.ics1.rules.facts import Facts
from messaging.formats.ics1.rules.rule import Test, family
from messaging.formats.ics1.tree import Group


@family
def given_without_tin(names: list[str]) -> Test:
    """{field} is required where the {group} has no TIN."""
    tin, field = names
    return lambda group, _facts: tin in group.values or field in group.values


@family
def given_with_foreign_tin(names: list[str]) -> Test:
    """{field} is required where the TIN of the {group} does not begin with GB."""
    tin, field = names

    def test(group: Group, _facts: Facts) -> bool:
        found = group.values.get(tin)
        return found is None or found.startswith("GB") or field in group.values

    return test


@family
def not_with_tin(names: list[str]) -> Test:
    """{field} must not be given where the {group} has a TIN."""
    (tin,) = names
    return lambda group, _facts: tin not in group.values


@family
def not_with_british_tin(names: list[str]) -> Test:
    """{field} must not be given where the TIN of the {group} begins with GB."""
    (tin,) = names
    return lambda group, _facts: not group.values.get(tin, "").startswith("GB")


@family
def never(_names: list[str]) -> Test:
    """{field} must not be given: the {group} is named by the TIN alone."""
    return lambda _group, _facts: False


@family
def no_leading_zero(names: list[str]) -> Test:
    """{field} must not begin with a zero."""
    (field,) = names
    return lambda group, _facts: forms.without_leading_zero(group.values.get(field, ""))


@family
def no_sign(names: list[str]) -> Test:
    """{field} must not contain a plus or minus."""
    (field,) = names
    return lambda group, _facts: not forms.signed(group.values.get(field, ""))


@family
def mass_zero(names: list[str]) -> Test:
    """{field} must not begin with a needless zero."""
    (field,) = names
    return lambda group, _facts: forms.mass_zero(group.values[field])


@family
def mass_digits(names: list[str]) -> Test:
    """{field} must have at most 11 digits."""
    (field,) = names
    return lambda group, _facts: forms.mass_digits(group.values[field])


@family
def mass_decimals(names: list[str]) -> Test:
    """{field} must have at most 3 decimals."""
    (field,) = names
    return lambda group, _facts: forms.mass_decimals(group.values[field])


@family
def mass_point(names: list[str]) -> Test:
    """{field} must have digits on both sides of its decimal point."""
    (field,) = names
    return lambda group, _facts: forms.mass_point(group.values[field])


@family
def at_most(names: list[str]) -> Test:
    """{field} may occur at most {limit} times."""
    name, limit = names[0], int(names[1])
    return lambda group, _facts: len(group.all(name)) <= limit
