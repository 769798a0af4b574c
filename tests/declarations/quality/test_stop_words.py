"""A field that holds stop words only counts as empty."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declarations.checks.quality.cleansing import LONGEST, cleansed
from declarations.checks.quality.stop_words import Listed, counts_as_empty

DAY = date(2026, 11, 22)


def is_empty(text: str, field: Listed = Listed.DESCRIPTION, on: date = DAY) -> bool:
    return counts_as_empty(cleansed(text), field, on)


@pytest.mark.parametrize(
    "text",
    [
        "GOODS",
        "  general   cargo. ",
        "Spare-Parts",
        "parts & accessories",
        "I.T. goods",
        "Freight All Kinds / FAK",
        "go\u200bods",
        "\u202egoods\u202c",
        "\uff27\uff2f\uff2f\uff24\uff33",
        "see invoice",
        "As per attached",
        "Chemicals, non-hazardous",
        "12345",
        "*** 12 / 7 ***",
        "xxxx",
        "X X X",
        ".pdf",
        "...",
        "\x00\x07",
        "",
    ],
)
def test_says_nothing(text: str) -> None:
    assert is_empty(text)


@pytest.mark.parametrize(
    "text",
    [
        "spare parts for tractors",
        "cotton garments for men",
        "100 boxes",
        "goods and parts",
        "general cargo vessel models",
        "glass",
        "steel",
        "xx",
        "ceramic tiles",
        "детская обувь",
        "عسل",
    ],
)
def test_a_longer_text_says_something(text: str) -> None:
    assert not is_empty(text)


def test_lists_belong_to_fields() -> None:
    assert is_empty("N/A", Listed.PARTY)
    assert not is_empty("goods", Listed.PARTY)
    assert not is_empty("private", Listed.DESCRIPTION)


def test_a_word_counts_only_while_it_is_listed() -> None:
    assert is_empty("glass", on=date(2025, 9, 15))
    assert not is_empty("goods", on=date(2025, 8, 31))


@given(st.text(max_size=40), st.sampled_from(list(Listed)))
def test_cleansing_again_changes_nothing(text: str, field: Listed) -> None:
    once = cleansed(text)
    assert is_empty(once, field) == counts_as_empty(once, field, DAY)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=9_000, max_size=10_000))
def test_only_so_much_of_a_text_is_looked_at(text: str) -> None:
    assert cleansed(text) == cleansed(text[:LONGEST])
    counts_as_empty(cleansed(text), Listed.DESCRIPTION, DAY)


def test_many_stop_words_say_no_more_than_one() -> None:
    assert is_empty("goods " * 85)
    assert not is_empty("goods " * 20 + "of cotton")
