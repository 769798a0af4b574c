"""Rule sets as files: the same bytes each time, and clear refusals of what is no such file."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from declarations.services.results import Refused
from risk import rule_sets
from risk.composition import Change
from risk.models import ReferenceList, RuleDraft, RuleSetVersion
from risk.services.exchange import Imported, RuleFile, digest_of, export_rule_set, import_rules
from tests.factories.declarations import publish_demo_rules
from tests.factories.people import person
from tests.factories.rules import approved, published

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh(db: None) -> None:
    rule_sets.forget()


@pytest.fixture
def writer() -> User:
    return person(Role.ANALYST)


@pytest.fixture
def exported(writer: User) -> bytes:
    version = approved(writer, person(Role.APPROVER), AT, code="LMP-01")
    rule_set = published(Change(versions=(version.pk,)), writer, person(Role.APPROVER), AT)
    with transaction.atomic():
        return export_rule_set(rule_set, by=writer, at=AT)


def imported(data: bytes, author: User) -> Imported | Refused:
    with transaction.atomic():
        return import_rules(data, author=author, at=AT)


def signed(content: dict[str, object]) -> bytes:
    """Return a file with a digest that fits, as another portal would write it."""
    parsed = msgspec.convert(content, RuleFile)
    return msgspec.json.encode(msgspec.structs.replace(parsed, digest=digest_of(parsed)))


def refusal(data: bytes, author: User) -> str:
    before = RuleDraft.objects.count()
    result = imported(data, author)
    assert isinstance(result, Refused)
    assert RuleDraft.objects.count() == before
    return result.findings[0].code


def test_a_rule_set_always_gives_the_same_bytes(exported: bytes, writer: User) -> None:
    rule_set = RuleSetVersion.objects.get()
    with transaction.atomic():
        assert export_rule_set(rule_set, by=writer, at=AT) == exported


def test_the_file_holds_no_secret_reason(exported: bytes) -> None:
    assert b"A tip." not in exported
    assert b"Scan the box." in exported


def test_what_is_the_same_here_makes_no_draft(exported: bytes, writer: User) -> None:
    result = imported(exported, writer)
    assert isinstance(result, Imported)
    assert (result.drafts, result.same) == ([], ["LMP-01"])


def test_the_rules_of_the_demo_go_out_and_come_back_as_drafts(writer: User) -> None:
    publish_demo_rules(AT)
    with transaction.atomic():
        data = export_rule_set(RuleSetVersion.objects.get(), by=writer, at=AT)
    content = json.loads(data)
    for each in content["rules"]:
        each["rule"]["score"] = 1
    result = imported(signed(content), writer)
    assert isinstance(result, Imported)
    assert len(result.drafts) == len(content["rules"]) - len(result.same)
    assert set(RuleDraft.objects.values_list("score", "state")) == {(1, "draft")}


def test_a_changed_file_is_refused_by_its_digest(exported: bytes, writer: User) -> None:
    changed = exported.replace(b'"score": 40', b'"score": 41')
    assert changed != exported
    assert refusal(changed, writer) == "digest"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_json"),
        (b"\xff\xfe", "no_json"),
        (b"[" * 100_000, "no_json"),
        (b"[]", "foreign"),
        (b'{"format": "marble"}', "foreign"),
        (b'{"format": "customs-portal-rules", "format_version": 2}', "other_version"),
        (b'{"format": "customs-portal-rules", "format_version": 1}', "damaged"),
    ],
)
def test_what_is_no_rule_set_is_refused(data: bytes, code: str, writer: User) -> None:
    assert refusal(data, writer) == code


def test_a_rule_that_the_engine_refuses_stops_the_whole_file(exported: bytes, writer: User) -> None:
    content = json.loads(exported)
    other = json.loads(exported)["rules"][0]
    other["rule"]["code"] = "OTH-01"
    other["rule"]["expression"] = {
        "kind": "leaf", "field": "item.hs4", "operator": "in_list", "list": "nowhere",
    }  # fmt: skip
    content["rules"].append(other)
    assert not ReferenceList.objects.filter(code="nowhere").exists()
    assert refusal(signed(content), writer) == "unknown-list"


def test_a_rule_with_an_open_draft_is_not_overwritten(exported: bytes, writer: User) -> None:
    content = json.loads(exported)
    content["rules"][0]["rule"]["score"] = 7
    assert isinstance(imported(signed(content), writer), Imported)
    content["rules"][0]["rule"]["score"] = 8
    assert refusal(signed(content), writer) == "drafted"


def test_a_rule_stands_in_a_file_once(exported: bytes, writer: User) -> None:
    content = json.loads(exported)
    content["rules"] *= 2
    assert refusal(signed(content), writer) == "doubled"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ANALYST}))
def test_only_analysts_import(role: Role, exported: bytes) -> None:
    assert refusal(exported, person(role)) == "role"
