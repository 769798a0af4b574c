"""How near two names are to each other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.names.comparing import compare

NEAR = 0.85


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Noordkade Lines BV", "Lines Noordkade"),
        ("Noordkade Lines BV", "Noord Kade Lines"),
        ("Waaldijk Chemie BV", "Walldijk Chemie"),
        ("Waaldijk Chemie BV", "Waaldijk Chemei"),
        ("Waaldijk Chemie", "Waaldijk Chemie Holding"),
        ("Yusuf Mohammed", "Mohamed Youssef"),
        ("Sergei Ivanov", "Sergey Ivanoff"),
        ("Александр Петров", "Alexander Petrov"),
        ("John Smith", "J. Smith"),
    ],
)
def test_spellings_of_one_name_are_near(left: str, right: str) -> None:
    assert compare(left, right).score >= NEAR


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Acme Trading Ltd", "Acme Shipping GmbH"),
        ("China Ocean Shipping", "China Oil Shipping"),
        ("John Smith", "Jane Smith"),
        ("Global Trading", "General Trading"),
        ("Unit 12", "Unit 13"),
        ("Li Wei", "Li Wen"),
    ],
)
def test_other_names_are_not(left: str, right: str) -> None:
    assert compare(left, right).score < NEAR


def test_the_words_say_what_is_alike_and_what_differs() -> None:
    found = compare("Waaldijk Chemie Rotterdam", "Chemie Waaldyk")
    assert [(pair.left, pair.right) for pair in found.pairs] == [
        ("chemie", "chemie"),
        ("waaldijk", "waaldyk"),
    ]
    assert (found.only_left, found.only_right) == (("rotterdam",), ())


@pytest.mark.parametrize(("left", "right"), [(None, "Acme"), ("", ""), ("...", "Acme")])
def test_nothing_is_near_to_no_name(left: str | None, right: str) -> None:
    assert compare(left, right).score == 0.0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_the_score_lies_between_none_and_one_and_has_no_side(left: str, right: str) -> None:
    score = compare(left, right).score
    assert 0.0 <= score <= 1.0
    assert score == pytest.approx(compare(right, left).score, abs=0.08)


@given(st.text(min_size=1, max_size=40).filter(str.isalnum))
@settings(max_examples=60, deadline=None)
def test_a_name_is_nearest_to_itself(name: str) -> None:
    assert compare(name, name).score == 1.0
