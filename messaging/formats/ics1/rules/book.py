"""The book of rules: which rules hold under a profile and rule set, for which message."""

import csv
from functools import cache

from messaging.formats.ics1.rules import families, header, items, whole
from messaging.formats.ics1.rules.rule import FAMILIES, TESTS, Rule, Test
from messaging.formats.ics1.tables import DATA, by_path
from messaging.formats.profiles import Profile, RuleSet

MODULES = (families, header, items, whole)
GROUPS = {
    "TRACONCO1": "consignor",
    "TRACONCE1": "consignee",
    "NOTPAR670": "notify party",
    "TRACONCO2": "consignor of the item",
    "TRACONCE2": "consignee of the item",
    "PRTNOT640": "notify party of the item",
    "TRAREP": "representative",
    "PERLODSUMDEC": "person lodging the declaration",
    "TRACARENT601": "carrier",
}


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Return the table of rules as it is written."""
    with (DATA / "rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def rules(message: str, profile: Profile, rule_set: RuleSet) -> tuple[Rule, ...]:
    """Return the rules for a message (`CC315A`, `CC313A`) in the order of their findings."""
    found = [
        _rule(row)
        for row in rows()
        if message[2:5] in row["messages"].split()
        and profile.value in row["profiles"].split()
        and rule_set.value in row["sets"].split()
    ]
    return tuple(sorted(found, key=lambda one: one.place))


def every_rule() -> list[tuple[dict[str, str], Rule]]:
    """Return every rule of the table with its row, in the order of their numbers."""
    return sorted(((row, _rule(row)) for row in rows()), key=lambda pair: pair[1].number)


def _rule(row: dict[str, str]) -> Rule:
    *_, group, value = ["", "", *_scope(row["scope"])]
    test, text = _test(row)
    major, minor = row["order"].split(".")
    return Rule(
        number=row["number"],
        rule=row["rule"],
        group=group,
        value=value,
        kind=row["kind"],
        targets=tuple(row["target"].split()),
        place=(int(major), int(minor)),
        text=text,
        test=test,
    )


def _scope(scope: str) -> list[str]:
    """Return the group and the value of a scope; the value is empty where the group is judged."""
    described = by_path("CC315A")
    found = described.get(f"/CC315A{scope}".rstrip("/"))
    names = f"/{scope}".rstrip("/").rsplit("/", 2)
    if found is not None and found.type is not None:
        return [names[-2], names[-1]]
    return [names[-1], ""]


def _test(row: dict[str, str]) -> tuple[Test, str]:
    if row["family"]:
        maker = FAMILIES[row["family"]]
        return maker(row["argument"].split()), _sentence(maker.__doc__ or "", row)
    test = TESTS[row["number"], row["variant"]]
    return test, test.__doc__ or ""


def _sentence(template: str, row: dict[str, str]) -> str:
    path = f"/CC315A{row['scope']}".rstrip("/")
    target, described = row["target"], by_path("CC315A")
    element = described[path if path.endswith(f"/{target}") else f"{path}/{target}"]
    group = element.path.split("/")[-2]
    return template.format(
        field=element.description.replace("(", "").replace(")", "").capitalize(),
        group=GROUPS.get(group, ""),
        limit=row["argument"].rpartition(" ")[2],
    )
