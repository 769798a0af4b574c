"""Every official rule: a declaration that breaks it, one that keeps it, proof that it counts."""

from functools import cache

import msgspec
import pytest

from messaging.formats.ics1.rules.book import MODULES, rows, rules
from messaging.formats.ics1.rules.request import mrn_findings
from messaging.formats.ics1.rules.rule import FAMILIES, TESTS, Rule
from messaging.formats.ics1.rules.run import broken_rules, judge, plan
from messaging.formats.ics1.tree import Group, index
from messaging.formats.parse import parse
from messaging.formats.profiles import Profile, RuleSet
from messaging.formats.registry import check
from tests.messaging.builders import MRN
from tests.messaging.formats.rule_cases import Case, Edits, base, cases, document, item

CASES = list(cases())


def identify(case: Case) -> str:
    return f"{case.number}-{case.scope.rpartition('/')[2] or 'root'}-{case.profile}-{case.rule_set}"


@cache
def declaration_of(body: bytes) -> Group:
    root = parse(body, limit=10_000_000)
    return index(root)  # type: ignore[arg-type]


def rule_of(case: Case) -> Rule:
    group, _, value = case.scope.strip("/").rpartition("/")
    names = {(case.scope.rpartition("/")[2], ""), (group.rpartition("/")[2], value)}
    found = [
        rule
        for rule in rules("CC315A", Profile(case.profile), RuleSet(case.rule_set))
        if rule.number == case.number and (rule.group, rule.value) in names
    ]
    assert len(found) == 1
    return found[0]


def broken(edits: Edits, rule: Rule, by: list[Rule]) -> list[Rule]:
    declaration = declaration_of(document(edits))
    failures = broken_rules(declaration, plan("CC315A", by))
    return [
        found for found, _ in failures if (found.number, found.place) == (rule.number, rule.place)
    ]


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_rule_is_broken_and_kept(case: Case) -> None:
    rule = rule_of(case)
    every = list(rules("CC315A", Profile(case.profile), RuleSet(case.rule_set)))
    assert broken(case.failing, rule, every)
    assert not broken(case.passing, rule, every)
    groups = declaration_of(document(case.passing)).walk()
    judged = [group for group in groups if group.name == (rule.group or "CC315A")]
    assert judged
    if "named by the TIN alone" not in rule.text:
        assert any(not rule.value or rule.value in group.values for group in judged)


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_no_other_rule_stands_in_for_it(case: Case) -> None:
    rule = rule_of(case)
    blind = msgspec.structs.replace(rule, test=lambda _group, _facts: True)
    every = [
        blind if found == rule else found
        for found in rules("CC315A", Profile(case.profile), RuleSet(case.rule_set))
    ]
    with pytest.raises(AssertionError):
        assert broken(case.failing, rule, every)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("rule_set", RuleSet)
@pytest.mark.parametrize("message", ["CC315A", "CC313A"])
def test_base_keeps_every_rule(message: str, rule_set: RuleSet, profile: Profile) -> None:
    body = document({}, message)
    assert check(body, profile=profile, rule_set=rule_set).findings == []


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    own = {(row["number"], row["variant"]) for row in rows() if not row["family"]}
    assert set(TESTS) == own
    assert set(FAMILIES) == {row["family"] for row in rows() if row["family"]}
    assert len(MODULES) == 4


@pytest.mark.parametrize(
    ("message", "profile", "rule_set", "count"),
    [
        ("CC315A", Profile.EU, RuleSet.OLD, 151),
        ("CC315A", Profile.EU, RuleSet.CURRENT, 147),
        ("CC315A", Profile.GB, RuleSet.OLD, 188),
        ("CC315A", Profile.GB, RuleSet.CURRENT, 184),
        ("CC313A", Profile.EU, RuleSet.OLD, 150),
        ("CC313A", Profile.GB, RuleSet.CURRENT, 183),
    ],
)
def test_number_of_rules(message: str, profile: Profile, rule_set: RuleSet, count: int) -> None:
    found = rules(message, profile, rule_set)
    assert len(found) == count
    assert all(rule.text.endswith(".") and "{" not in rule.text for rule in found)


def test_national_rules_are_not_european() -> None:
    numbers = {rule.number for rule in rules("CC315A", Profile.EU, RuleSet.OLD)}
    national = {"4065", "8692", *map(str, range(8220, 8264))}
    assert not numbers & national
    assert {rule.number for rule in rules("CC315A", Profile.GB, RuleSet.OLD)} > numbers


def locations(edits: Edits, profile: Profile) -> list[tuple[str, str]]:
    declaration = declaration_of(document(edits))
    found = judge(declaration, profile=profile, rule_set=RuleSet.CURRENT)
    return [(finding.code, finding.location) for finding in found]


TWO_ITEMS = {
    "HEAHEA.TotNumOfIteHEA305": "2",
    "HEAHEA.PlaLoaGOOITE334": None,
    "HEAHEA.PlaUnlGOOITE334": None,
    "GOOITEGDS[1]": item(2),
}


def test_national_findings_come_by_rule_group_then_occurrence_then_rule() -> None:
    assert locations({**TWO_ITEMS, "HEAHEA.TraModAtBorHEA76": "01"}, Profile.GB) == [
        ("8690", "/ie:CC315A[1]/HEAHEA[1]"),
        ("8687", "/ie:CC315A[1]/GOOITEGDS[1]"),
        ("8104", "/ie:CC315A[1]/GOOITEGDS[1]"),
        ("8687", "/ie:CC315A[1]/GOOITEGDS[2]"),
        ("8104", "/ie:CC315A[1]/GOOITEGDS[2]"),
    ]


def test_national_location_of_a_value_names_the_value() -> None:
    edits = {"GOOITEGDS.PACGS2[0].NumOfPacGS24": "040"}
    where = "/ie:CC315A[1]/GOOITEGDS[1]/PACGS2[1]/NumOfPacGS24[1]"
    assert locations(edits, Profile.GB) == [("8680", where)]


def test_national_list_is_cut_after_a_hundred() -> None:
    many = {"HEAHEA.PlaLoaGOOITE334": None, "HEAHEA.TotNumOfIteHEA305": "120"}
    edits = {**many, "GOOITEGDS": [item(place) for place in range(1, 121)]}
    found = locations(edits, Profile.GB)
    assert len(found) == 100
    assert found[-1] == ("8104", "/ie:CC315A[1]/GOOITEGDS[100]")
    assert len(locations(edits, Profile.EU)) == 120


def test_european_location_points_at_the_target() -> None:
    assert locations(TWO_ITEMS, Profile.EU) == [
        ("13", "GOOITEGDS[1].PlaUnlGOOITE333"),
        ("13", "GOOITEGDS[1].PlaLoaGOOITE333"),
        ("13", "GOOITEGDS[2].PlaUnlGOOITE333"),
        ("13", "GOOITEGDS[2].PlaLoaGOOITE333"),
    ]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"ITI": []}, ("13", "ITI")),
        ({"HEAHEA.TotNumOfIteHEA305": "2"}, ("13", "HEAHEA.TotNumOfIteHEA305")),
        ({"HEAHEA.TotNumOfIteHEA305": "0"}, ("35", "HEAHEA.TotNumOfIteHEA305")),
        ({"GOOITEGDS.IteNumGDS7": "7"}, ("12", "GOOITEGDS[1].IteNumGDS7")),
        (
            {"GOOITEGDS.PACGS2[0].KinOfPacGS23": "VQ"},
            ("15", "GOOITEGDS[1].PACGS2[1].NumOfPacGS24"),
        ),
        (
            {"GOOITEGDS.PACGS2[0]": {"KinOfPacGS23": "NE"}},
            ("13", "GOOITEGDS[1].PACGS2[1].NumOfPieGS25"),
        ),
        (
            {"GOOITEGDS.PACGS2[0].NumOfPieGS25": "3"},
            ("15", "GOOITEGDS[1].PACGS2[1].NumOfPieGS25"),
        ),
        (
            {"TRACONCE1.NamCE17": "Ado"},
            ("15", "TRACONCE1.NamCE17"),
        ),
        ({"GOOITEGDS.PACGS2": []}, ("13", "GOOITEGDS.PACGS2")),
    ],
)
def test_european_code_and_location(edits: Edits, expected: tuple[str, str]) -> None:
    assert locations(edits, Profile.EU) == [expected]


def test_empty_elements_are_present() -> None:
    body = document({"GOOITEGDS.PlaLoaGOOITE333": "CNSHA"})
    emptied = body.replace(b"<PlaLoaGOOITE333>CNSHA</PlaLoaGOOITE333>", b"<PlaLoaGOOITE333/>")
    declaration = declaration_of(emptied)
    found = judge(declaration, profile=Profile.GB, rule_set=RuleSet.CURRENT)
    assert [finding.number for finding in found] == ["8136"]


def test_comments_do_not_split_a_text() -> None:
    body = document({}).replace(b">1250.5<", b">12<!-- x -->50.5<")
    assert declaration_of(body).all("GOOITEGDS")[0].values["GroMasGDS46"] == "1250.5"


def test_request_must_name_the_same_mrn() -> None:
    assert mrn_findings(MRN, MRN) == []
    (finding,) = mrn_findings(MRN, MRN + " ")
    assert (finding.code, finding.number, finding.location) == ("8999", "8999", "")


def test_base_is_not_changed_by_a_case() -> None:
    before = base()
    document({"HEAHEA.TraModAtBorHEA76": "4"})
    assert base() == before
