"""Whether a chapter fits the description."""

import pytest

from declarations.checks.quality.chapters import ChapterModel, guesses
from declarations.checks.quality.cleansing import cleansed
from declarations.checks.quality.nomenclature import chapters, labelled, section_of, section_starts


def speaks_against(description: str, chapter: str) -> bool:
    text = cleansed(description)
    return guesses([text])[text].speaks_against(chapter)


@pytest.mark.parametrize(
    ("description", "wrong", "right"),
    [
        ("Cotton T-shirts", "84", "61"),
        ("Fresh bananas in boxes", "85", "08"),
        ("Rubber gloves in cartons", "08", "40"),
        ("STEEL SCREWS M8, 2000 PCS", "03", "73"),
        ("Mobile phones", "09", "85"),
    ],
)
def test_another_section_is_flagged_and_the_right_chapter_never(
    description: str, wrong: str, right: str
) -> None:
    assert speaks_against(description, wrong)
    assert not speaks_against(description, right)


@pytest.mark.parametrize(
    "description",
    [
        "Ersatzteile",
        "zapatos de cuero",
        "детская обувь",
        "XJ-77 QZ",
        "",
        "\x00\u202e",
        "عسل طبيعي",
    ],
)
def test_what_the_model_does_not_know_is_not_flagged(description: str) -> None:
    assert not speaks_against(description, "93")


def test_a_chapter_of_the_same_section_is_not_flagged() -> None:
    assert not speaks_against("Cotton T-shirts", "62")


def test_a_chapter_that_is_not_in_use_is_not_flagged() -> None:
    assert not speaks_against("Cotton T-shirts", "77")
    assert not speaks_against("Cotton T-shirts", "AB")


def test_the_same_labels_make_the_same_model() -> None:
    texts = ["leather shoes", "iron ore fines"]
    assert ChapterModel(labelled()).guesses(texts) == ChapterModel(labelled()).guesses(texts)


def test_every_chapter_has_enough_labels() -> None:
    found = [each.chapter for each in labelled()]
    assert set(found) == set(chapters())
    assert min(map(found.count, chapters())) >= 10


def test_sections_are_ranges_of_chapters() -> None:
    assert len(section_starts()) == 21
    assert (section_of("61"), section_of("84"), section_of("77")) == ("XI", "XVI", "")
