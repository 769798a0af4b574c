"""How numbers and references must be written; every function judges a text as declared.

Letters and digits are ASCII. Trimmed means code points up to U+0020 removed at both ends.
"""

import re
from decimal import Decimal

from messaging.formats.ics1.tree import TRIMMED

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_FLIGHT = re.compile(r"[A-Za-z0-9]{3}[0-9]{1,4}[A-Za-z]?|[A-Za-z0-9]{1,2}[0-9][A-Za-z]?")
_TRANSFER = re.compile(r"XFER[A-Za-z0-9]+(?:[:-][A-Za-z0-9]+)?")
_SHIP = re.compile(r"[0-9]{7,8}")
_SENDER = re.compile(r"[A-Z]{2}(.+)/[0-9]{10}", re.DOTALL)
_SPACES = re.compile(r"[ \t\n\x0b\f\r]+")
_LINE_BREAK = re.compile("[\n\r\u0085\u2028\u2029]")
_MASS_ZERO = re.compile(r"0|0\.[0-9]*|[1-9.][0-9.]*")
_MASS_DIGITS = re.compile(r"[0-9.+-]*[0-9][.+-]?")
_MASS_POINT = re.compile(r"[0-9]+\.[0-9]+|[^.\s]*")
_DIGITS_OF_INT = 20
_WHITE = " \t\n\x0b\f\r"


def number(text: str | None) -> Decimal | int | None:
    """Return the number that a text gives; None where it is absent or not a number."""
    if text is None:
        return None
    trimmed = text.strip(TRIMMED)
    if len(trimmed) <= _DIGITS_OF_INT and trimmed.isascii() and trimmed.isdigit():
        return int(trimmed)
    return Decimal(trimmed) if _NUMBER.fullmatch(trimmed) else None


def without_leading_zero(text: str) -> bool:
    """Return whether a number does not begin with a needless zero."""
    trimmed = text.strip(TRIMMED)
    return len(trimmed) <= 1 or not trimmed.startswith("0")


def is_flight(text: str) -> bool:
    """Return whether the text is an IATA flight number."""
    return _FLIGHT.fullmatch(text.strip(TRIMMED)) is not None


def is_ship(text: str) -> bool:
    """Return whether the text is an IMO or ENI number; the check digit is not looked at."""
    return _SHIP.fullmatch(text.strip(TRIMMED)) is not None


def is_conveyance(text: str) -> bool:
    """Return whether a sea conveyance reference is written as it must be.

    One that begins with XFER names a transfer (`XFERabc:1`); any other is a single line of text.
    """
    if text.lstrip(_WHITE).startswith("XFER"):
        return _TRANSFER.fullmatch(text.strip(TRIMMED)) is not None
    return text != "" and not _LINE_BREAK.search(text[0] + text.rstrip(_WHITE))


def is_sender(text: str) -> bool:
    """Return whether the text is an EORI, a slash and a branch of ten digits."""
    found = _SENDER.fullmatch(text.strip(TRIMMED))
    return found is not None and len(_SPACES.sub(" ", found[1])) <= 15


def signed(text: str) -> bool:
    """Return whether a plus or minus stands anywhere in the text."""
    return "+" in text or "-" in text


def mass_zero(text: str) -> bool:
    """Return whether a mass has no needless leading zero."""
    return _MASS_ZERO.fullmatch(text.strip(TRIMMED).lstrip("+-")) is not None


def mass_digits(text: str) -> bool:
    """Return whether a mass has 1 to 11 digits and nothing else than digits, points and signs."""
    trimmed = text.strip(TRIMMED)
    digits = sum(character in "0123456789" for character in trimmed)
    return _MASS_DIGITS.fullmatch(trimmed) is not None and digits <= 11


def mass_decimals(text: str) -> bool:
    """Return whether a mass has at most three decimals."""
    return len(text.strip(TRIMMED).partition(".")[2]) <= 3


def mass_point(text: str) -> bool:
    """Return whether a mass with a decimal point has digits on both sides of it."""
    trimmed = text.strip(TRIMMED)
    unsigned = trimmed[1:] if trimmed[:1] in ("+", "-") else trimmed
    return _MASS_POINT.fullmatch(unsigned) is not None
