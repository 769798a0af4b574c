"""The MRN and its check digit."""

from datetime import UTC, datetime

import pytest

from declarations.mrn import check_digit, is_valid, make_mrn

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "mrn",
    [
        "22ITZXBZYUTJFLJXK6",
        "06DE586600006143E1",
        "17ES004311Z0000010",
        "26NL000123ABCD56T0",
        "26GB08I01234567894",
    ],
)
def test_the_check_digit_of_a_known_mrn_is_right(mrn: str) -> None:
    assert is_valid(mrn)


@pytest.mark.parametrize(
    "mrn", ["22DK1V0QQK2S6J7TU2", "10GB08I01234567891", "26NL00012", "", "é" * 18]
)
def test_a_wrong_mrn_is_recognised(mrn: str) -> None:
    assert not is_valid(mrn)


def test_an_mrn_is_made_of_year_office_serial_and_check_digit() -> None:
    mrn = make_mrn(office="NL000396", number=36**7 - 1, at=AT)
    assert mrn[:17] == "26NL000396ZZZZZZZ"
    assert mrn[17] == check_digit(mrn[:17])


def test_a_used_up_sequence_is_an_error() -> None:
    with pytest.raises(ValueError, match="used up"):
        make_mrn(office="NL000396", number=36**7, at=AT)
