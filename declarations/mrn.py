"""The MRN: YY, country, thirteen characters of ours, check digit (DG TAXUD check-character paper).

Of a declaration of ICS phase 1, ours are the six characters of the office after its country, then
seven of a sequence in base 36. Of ICS2, ours are eleven of that sequence, then B for a national
trader interface and T for a filing, Z for an arrival (rule R3004, lists CL734 and CL748).
"""

import re
from datetime import datetime

SEQUENCE = "declarations_mrn_seq"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_LENGTH = 7
TEST_OFFICE = "TEST00"
"""Stands where an office would, in the MRN of a test message; no office may be called so."""

FILING_SUFFIX, ARRIVAL_SUFFIX = "BT", "BZ"
FILING_SERIAL_LENGTH = 11

FORM = re.compile(r"[0-9]{2}[A-Z]{2}[A-Z0-9]{13}[0-9]")


def _values() -> dict[str, int]:
    """Return the value of each character: 0 to 9, then from 10 on without 11, 22 and 33."""
    letters = [value for value in range(10, 39) if value % 11]
    return {
        **{str(digit): digit for digit in range(10)},
        **dict(zip(DIGITS[10:], letters, strict=True)),
    }


VALUES = _values()


def check_digit(body: str) -> str:
    """Return the check digit of the first seventeen characters."""
    total = sum(VALUES[character] << place for place, character in enumerate(body))
    return str(total % 11 % 10)


def is_valid(mrn: str) -> bool:
    """Whether the MRN has the form and the right check digit."""
    return FORM.fullmatch(mrn) is not None and check_digit(mrn[:17]) == mrn[17]


def make_mrn(*, office: str, number: int, at: datetime) -> str:
    """Return the MRN of the office (`NL000396`) for a number of the sequence.

    Raises ValueError when the number does not fit into seven characters of base 36, or for an
    office that is called like the one of test messages.
    """
    if office.upper().endswith(TEST_OFFICE):
        raise ValueError("The MRN of test messages are never given to an office.")
    return _numbered(office, number, at)


def make_filing_mrn(*, country: str, number: int, at: datetime) -> str:
    """Return the MRN of an ICS2 filing for a number of the sequence."""
    return _of_ics2(country, number, at, FILING_SUFFIX)


def make_arrival_mrn(*, country: str, number: int, at: datetime) -> str:
    """Return the MRN of an arrival notified with ICS2 for a number of the sequence."""
    return _of_ics2(country, number, at, ARRIVAL_SUFFIX)


def _of_ics2(country: str, number: int, at: datetime, suffix: str) -> str:
    serial = base36(number, length=FILING_SERIAL_LENGTH)
    body = f"{at:%y}{country}{serial}{suffix}"
    return body + check_digit(body)


def make_test_mrn(*, country: str, number: int, at: datetime) -> str:
    """Return the MRN of a test message: of right form and check digit, and never of a real ENS."""
    return _numbered(country + TEST_OFFICE, number, at)


def _numbered(office: str, number: int, at: datetime) -> str:
    if not 0 <= number < 36**SERIAL_LENGTH:
        raise ValueError("The sequence of MRN is used up.")
    body = f"{at:%y}{office.upper()}{base36(number)}"
    return body + check_digit(body)


def base36(number: int, *, length: int = SERIAL_LENGTH) -> str:
    """Return the number as that many characters of base 36."""
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        characters.append(DIGITS[digit])
    return "".join(reversed(characters))
