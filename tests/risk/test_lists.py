"""Loading reference lists: whole or not at all, with every revision kept."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customs_portal.events.models import Event
from declarations.document import Document
from declarations.services.results import Refused
from risk import analysed, listed, rule_sets
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import ListEntry, LongList
from risk.engine.operators import Operator as Op
from risk.engine.readings import Readings
from risk.engine.subject import Context, Declared
from risk.engine.tree import AnyItem, Leaf
from risk.models import ReferenceList, ReferenceListEntry
from risk.services.lists import Loaded, NewList, load_list
from tests.risk.builders import context, document, item
from tests.risk.engine.test_agreement import rule

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, tzinfo=UTC)


def load(*values: str, may_shrink: bool = False) -> Loaded | Refused:
    entries = [ListEntry(value=value) for value in values]
    return load_list(NewList(code="watched", entries=entries, may_shrink=may_shrink), at=AT)


def held() -> list[str]:
    return sorted(
        ReferenceListEntry.objects.filter(removed_in=None).values_list("value", flat=True)
    )


def test_a_list_is_loaded_and_its_difference_told() -> None:
    assert load("A", "B") == Loaded(revision=1, added=2, removed=0, total=2)
    assert load("B", "C") == Loaded(revision=2, added=1, removed=1, total=2)
    assert held() == ["B", "C"]
    assert Event.objects.filter(kind="reference_list.loaded").count() == 2


def test_the_same_again_changes_nothing() -> None:
    load("A")
    assert load("A") == Loaded(revision=1, added=0, removed=0, total=1)
    assert Event.objects.filter(kind="reference_list.loaded").count() == 1


@pytest.mark.parametrize("values", [(), ("A",)])
def test_an_empty_or_shrunken_load_is_asked_about_first(values: tuple[str, ...]) -> None:
    load("A", "B", "C")
    assert isinstance(load(*values), Refused)
    assert held() == ["A", "B", "C"]
    assert isinstance(load(*values, may_shrink=True), Loaded)
    assert held() == list(values)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([ListEntry(value=" ")], "empty-value"),
        ([ListEntry(value="A" * 121)], "long-value"),
        ([ListEntry(value="A"), ListEntry(value="A ")], "twice"),
        (
            [ListEntry(value="A", valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1))],
            "wrong-validity",
        ),
    ],
)
def test_one_wrong_entry_and_nothing_is_loaded(entries: list[ListEntry], code: str) -> None:
    load("X")
    refused = load_list(NewList(code="watched", entries=entries), at=AT)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == code
    assert held() == ["X"]


def test_a_file_goes_in_and_comes_out_the_same(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "value,label,valid_from,valid_to,note,country,identifier,place\n"
        "NL1,One,,,,,,\n"
        'NL2,"Two, and more",2026-01-01,2026-12-31,Ask first,NL,KvK 7,Urk\n'
    )
    call_command("load_list", "watched", path, "--name", "Watched", "--secret", stdout=StringIO())
    out = StringIO()
    call_command("export_list", "watched", stdout=out)
    assert out.getvalue() == path.read_text()
    assert ReferenceList.objects.get().secret


@pytest.mark.parametrize(
    "text", ["", "code\nA\n", "value,label,valid_from,valid_to,note\nA,,soon,,\n", "value\n"]
)
def test_a_damaged_file_loads_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match="Nothing is loaded"):
        call_command("load_list", "watched", path)
    assert not ReferenceList.objects.exists()


def subjects(declared: Document, found: Context) -> analysed.Subjects:
    return analysed.Subjects(
        ens=1,
        ens_version=1,
        received_at=found.received_at,
        filer="",
        readings=Readings(Declared(declared, found)),
    )


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        (Leaf("consignee.identifier", Op.IN_LIST, list="watched"), "nl900000033 "),
        (Leaf("parties.identifiers", Op.IN_LIST, list="watched"), "NL900000033"),
        (Leaf("item.description", Op.IN_LIST, list="watched"), "Ceramic-floor TILES on pallets"),
        (Leaf("equipment.containers", Op.ONLY_IN_LIST, list="watched"), "dmou1000014"),
    ],
)
def test_a_list_too_long_for_memory_is_asked_of_the_database(
    leaf: Leaf, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_sets, "LONG", 2)
    load("A", "B", value)
    tree = AnyItem(leaf)
    found = rule_sets.engine_lists([rule(1, leaf, ())])
    assert isinstance(found["watched"], LongList)
    rules = CompiledRuleSet([rule(1, leaf, ()), rule(2, tree, ())], found)
    one, other = subjects(document(), context()), subjects(_other(), context())
    listed.look_up([one, other], rules)
    assert rules.codes_hit(one.readings) == {"R-1", "R-2"}
    assert rules.codes_hit(other.readings) == set()


def _other() -> Document:
    return document(
        (item(1, description="Tiles", containers=("C1",)),), consignee=None, consignor=None
    )


def test_a_long_list_counts_on_the_day_of_receipt_in_its_revision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_sets, "LONG", 0)
    leaf = Leaf("consignee.identifier", Op.IN_LIST, list="watched")
    ended = ListEntry(value="NL900000033", valid_to=date(2026, 11, 19))
    load_list(NewList(code="watched", entries=[ended]), at=AT)
    load("NL900000033")

    def hits(revision: int) -> set[str]:
        found = rule_sets.engine_lists([rule(1, leaf, ())], {"watched": revision})
        rules = CompiledRuleSet([rule(1, leaf, ())], found)
        one = subjects(document(), context())
        listed.look_up([one], rules)
        return rules.codes_hit(one.readings)

    assert hits(1) == set()
    assert hits(2) == {"R-1"}
