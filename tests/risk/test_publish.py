"""Publishing rules and lists."""

from pathlib import Path

import msgspec
import pytest
from django.core.management import CommandError, call_command

from customs_portal import clock
from risk import rule_sets
from risk.engine import loading
from risk.engine.tree import All
from risk.models import ReferenceList, RiskProfile, RuleSetVersion, RuleVersion
from risk.services.lists import load_lists
from risk.services.publish import publish_rules

pytestmark = pytest.mark.django_db


def test_loading_again_publishes_nothing_new() -> None:
    call_command("load_rules", verbosity=0)
    call_command("load_rules", verbosity=0)
    assert RuleSetVersion.objects.count() == 1
    assert RuleVersion.objects.count() == len(loading.load_rules())
    assert set(ReferenceList.objects.values_list("revision", flat=True)) == {1}


def test_the_published_rules_are_those_of_the_file() -> None:
    call_command("load_rules", verbosity=0)
    rule_sets.forget()
    found = rule_sets.in_force(clock.now()).rules
    assert found == {rule.code: rule for rule in loading.load_rules()}


def test_a_changed_rule_gets_a_new_version_and_a_new_rule_set() -> None:
    call_command("load_rules", verbosity=0)
    first, *others = loading.load_rules()
    changed = msgspec.structs.replace(first, score=first.score + 1)
    profile = RiskProfile.objects.get()
    published = publish_rules([changed, *others], profile=profile, at=clock.now())
    assert published.number == 2
    assert RuleVersion.objects.filter(rule__code=first.code).count() == 2


def test_a_changed_list_is_compiled_anew() -> None:
    call_command("load_rules", verbosity=0)
    rule_sets.forget()
    before = rule_sets.in_force(clock.now())
    [found] = [entry for entry in loading.load_lists().values() if entry.code == "watch_imo"]
    shorter = type(found)(found.code, found.title, found.entries[1:])
    load_lists([shorter], at=clock.now())
    assert ReferenceList.objects.get(code="watch_imo").revision == 2
    assert rule_sets.in_force(clock.now()) is not before


def test_an_unsound_rule_publishes_nothing(tmp_path: Path) -> None:
    call_command("load_rules", verbosity=0)
    first, *others = loading.load_rules()
    unsound = msgspec.structs.replace(first, expression=All(()))
    path = tmp_path / "rules.json"
    path.write_bytes(msgspec.json.encode([unsound, *others]))
    with pytest.raises(CommandError, match=f"{first.code}: empty-group at top"):
        call_command("load_rules", rules=path, verbosity=0)
    assert RuleSetVersion.objects.count() == 1
    assert RuleVersion.objects.count() == len(others) + 1
