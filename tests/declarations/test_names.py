# ruff: noqa: RUF001  (names of several scripts are the subject)
"""The key of a name, script by script."""

import pytest

from declarations.names import KEY_LENGTH, name_key, words


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Noordkade Lines B.V.", "lines noordkade"),
        ("LINES, Noordkade BV", "lines noordkade"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Æther Øl ApS", "aether ol"),
        ("Kowalski Sp. z o.o.", "kowalski"),
        ("S.A.R.L. Dupont", "dupont"),
        ("Danske Skibe A/S", "danske skibe"),
        ("O\u2019Neil's Shipping Co., Ltd.", "oneils shipping"),
        ("Koç A.Ş.", "koc"),
    ],
)
def test_a_latin_name_loses_case_accents_marks_and_legal_form(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ООО Ромашка", "romashka"),
        ("Ромашка, ООО", "romashka"),
        ("Йорданов ЕООД", "iordanov"),
        ("Шевченко", "shevchenko"),
    ],
)
def test_cyrillic_is_written_in_latin(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"), [("Θεοδωράκης Α.Ε.", "theodorakis"), ("ΚΩΣΤΑΣ", "kostas")]
)
def test_greek_is_written_in_latin(name: str, key: str) -> None:
    assert name_key(name) == key


def test_a_letter_of_another_script_that_only_looks_alike_is_read_as_it_looks() -> None:
    assert name_key("Rоttеrdam") == name_key("Rotterdam")
    assert name_key("ΑCME") == "acme"


def test_scripts_without_a_table_are_kept() -> None:
    assert name_key("شركة النور") == "النور شركة"


def test_marks_of_direction_go_and_controls_divide_words() -> None:
    assert name_key("\u202eNoord\u202ckade\x00Lines") == "lines noordkade"


def test_a_name_of_legal_forms_alone_is_not_no_name() -> None:
    assert name_key("Ltd") == "ltd"
    assert name_key("B.V.") == "bv"
    assert name_key(" - ") == ""
    assert name_key(None) == ""


def test_a_legal_form_that_may_be_a_name_stays_in_front() -> None:
    assert words("SE Trading") == ("se", "trading")


def test_a_name_without_end_is_cut() -> None:
    assert name_key("x" * 10_000) == "x" * KEY_LENGTH
    assert len(name_key("ab " * 5_000)) <= KEY_LENGTH
