"""How numbers and references must be written."""

import pytest

from messaging.formats.ics1.rules import forms

LONG_MIDDLE = "A" * 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), (" 01 ", 1), ("+2", 2), ("1.50", 1.5), (".5", 0.5), ("5.", 5), ("-3", -3)],
)
def test_number(text: str, expected: float) -> None:
    assert forms.number(text) == expected


def test_a_number_of_any_length_is_read() -> None:
    assert forms.number("0" * 100_000 + "7") == 7


@pytest.mark.parametrize("text", [None, "", "x", "1x", "1e3", "--1", ".", "1 2", "\u0661"])
def test_not_a_number(text: str | None) -> None:
    assert forms.number(text) is None


@pytest.mark.parametrize("text", ["", "0", "9", "10", " 5 "])
def test_without_leading_zero(text: str) -> None:
    assert forms.without_leading_zero(text)


@pytest.mark.parametrize("text", ["00", "01", " 05"])
def test_with_leading_zero(text: str) -> None:
    assert not forms.without_leading_zero(text)


@pytest.mark.parametrize("text", ["KLM1", "kl1234", "KLM1234A", "1B5", "B5", "A5z", " BA2490 "])
def test_flight(text: str) -> None:
    assert forms.is_flight(text)


@pytest.mark.parametrize("text", ["", "KLM", "5", "KLM12345", "KLM-1", "KLM1234AB", "KL\u0661"])
def test_not_a_flight(text: str) -> None:
    assert not forms.is_flight(text)


@pytest.mark.parametrize(
    "text", ["VOY123", "x", "A B", "A\n", "xferA B", "XFER1", " XFERab-1 ", "XFERab:Z", "-XFER"]
)
def test_conveyance(text: str) -> None:
    assert forms.is_conveyance(text)


@pytest.mark.parametrize(
    "text", ["", "\nA", "A\nB", "A\u2028B", "XFER", "XFER A", "XFERa:", "XFERa:b:c", " XFER:1"]
)
def test_not_a_conveyance(text: str) -> None:
    assert not forms.is_conveyance(text)


@pytest.mark.parametrize(
    "text",
    [
        "GB1/1234567890",
        f"GB{LONG_MIDDLE}/1234567890",
        " GB12 34/1234567890 ",
        "GB1/2/1234567890",
        "GB" + "A" * 14 + "     /1234567890",
    ],
)
def test_sender(text: str) -> None:
    assert forms.is_sender(text)


@pytest.mark.parametrize(
    "text",
    [
        "GB/1234567890",
        f"GB{LONG_MIDDLE}A/1234567890",
        "gb1/1234567890",
        "GB1/123456789",
        "GB1/12345678901",
        "GB1",
    ],
)
def test_not_a_sender(text: str) -> None:
    assert not forms.is_sender(text)


@pytest.mark.parametrize("text", ["1234567", "00000001", " 9074729 "])
def test_ship(text: str) -> None:
    assert forms.is_ship(text)


@pytest.mark.parametrize("text", ["", "123456", "123456789", "IMO9074729", "907 4729"])
def test_not_a_ship(text: str) -> None:
    assert not forms.is_ship(text)


@pytest.mark.parametrize(
    ("text", "zero", "digits", "decimals", "point"),
    [
        ("0", True, True, True, True),
        ("0.", True, True, True, False),
        ("0.5", True, True, True, True),
        ("00", False, True, True, True),
        ("01.5", False, True, True, True),
        (".5", True, True, True, False),
        ("5.", True, True, True, False),
        ("--5", True, True, True, True),
        ("-.5", True, True, True, False),
        ("12345678901", True, True, True, True),
        ("123456789012", True, False, True, True),
        ("12345678.1234", True, False, False, True),
        ("1.2345", True, True, False, True),
        ("1.2.3", True, True, True, False),
        ("1 2", False, False, True, False),
        ("5..", True, False, True, False),
        ("", False, False, True, True),
    ],
)
def test_mass(text: str, zero: bool, digits: bool, decimals: bool, point: bool) -> None:
    assert forms.mass_zero(text) is zero
    assert forms.mass_digits(text) is digits
    assert forms.mass_decimals(text) is decimals
    assert forms.mass_point(text) is point
