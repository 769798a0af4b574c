"""Names that may be alike have clues in common; what very many share does not cost time."""

from datetime import UTC, datetime

import pytest

from declarations.names import name_key
from risk.engine.lists import ListEntry
from risk.engine.names import ADDRESS, NAME, Identity
from risk.models import ReferenceList
from risk.names import candidates
from risk.names.clues import clues
from risk.services.lists import Loaded, NewList, load_list

AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zuiderlicht", "Zuyderlicht"),
        ("Zuiderlicht", "Zuidelricht"),
        ("Zuiderlicht", "Zuiderlichtt"),
        ("Zuiderlicht", "Zuderlicht"),
        ("Zuiderlicht Lampen", "Lampen Zuiderlicht BV"),
        ("Noord Kade", "Noordkade"),
        ("Zuiderlampen Trading", "Zuidarlampan Trading"),
        ("Yusuf", "Youssef"),
        ("J. Smith", "John Smith"),
        ("Белая Сова", "Belaya Sova"),
        ("3M", "3M Company"),
        ("BV", "BV"),
        ("Z", "Z"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_what_may_be_alike_has_a_clue_in_common(one: str, other: str) -> None:
    assert set(clues(one, NAME)) & set(clues(other, NAME))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zuiderlicht Trading BV", "Noordkade Trading BV"),
        ("1234", "1243"),
        ("Li", "Lo"),
        ("", "Zuiderlicht"),
        ("\u202e\u200b", "\u202e\u200b"),
    ],
)
def test_what_is_not_alike_has_none(one: str, other: str) -> None:
    assert not set(clues(one, NAME)) & set(clues(other, NAME))


def test_a_name_does_not_lead_to_an_address() -> None:
    assert not set(clues("Havenstraat", NAME)) & set(clues("Havenstraat", ADDRESS))


def test_the_longest_name_has_few_clues() -> None:
    assert len(clues("abcdefghijklm " * 1_000, NAME)) < 50
    assert len(clues(" ".join(f"word{n}x" for n in range(1_000)), NAME)) < 400


def found(name: str) -> list[str]:
    identity = Identity(kind=NAME, key=name_key(name), country="", identifier="", written=name)
    [listed] = candidates.entries_like([identity])
    return [each.value for each in listed]


@pytest.fixture
def crowded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of which no more than three entries may share a clue."""
    monkeypatch.setattr(candidates, "_ENTRIES", candidates._ENTRIES._replace(common=3, most=3))
    values = [f"Ningbo {one}" for one in ("Adelaar", "Bever", "Dolfijn", "Eekhoorn")]
    values += [f"Shanghai {one}" for one in ("Fazant", "Goudvink", "Havik", "Lijster")]
    entries = [ListEntry(value=value) for value in (*values, "Shanghai Ningbo Group")]
    new = NewList(code="w", entries=entries, kind=ReferenceList.Kind.COMPANIES)
    assert isinstance(load_list(new, at=AT), Loaded)


@pytest.mark.usefixtures("crowded")
def test_a_word_that_very_many_share_is_left_aside_where_another_tells_more() -> None:
    assert found("Ningbo Dolfyn") == ["Ningbo Dolfijn"]


@pytest.mark.usefixtures("crowded")
def test_two_words_that_very_many_share_are_asked_for_at_once() -> None:
    assert found("Shanghia Ningbo") == ["Shanghai Ningbo Group"]


@pytest.mark.usefixtures("crowded")
def test_a_name_with_nothing_else_still_finds_some() -> None:
    assert len(found("Ningbo")) == 3


@pytest.mark.usefixtures("crowded")
def test_a_word_that_few_share_after_another_load_leads_to_them_again() -> None:
    assert found("Ningbo Zwaan") == found("Ningbo Zwaan") != ["Ningbo Adelaar"]
    kept = [ListEntry(value=value) for value in ("Ningbo Adelaar", "Shanghai Havik")]
    new = NewList(code="w", entries=kept, kind=ReferenceList.Kind.COMPANIES, may_shrink=True)
    assert isinstance(load_list(new, at=AT), Loaded)
    assert found("Ningbo Zwaan") == ["Ningbo Adelaar"]
