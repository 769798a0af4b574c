"""Numbers with right check digits, all invented."""

import random

from stdnum import imo, iso6346

OWNERS = ("DMOU", "NKLU", "WDKU", "HSKU")
"""Invented container owner codes."""

LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"


def container(chance: random.Random) -> str:
    """Return an ISO 6346 container number."""
    body = f"{chance.choice(OWNERS)}{chance.randrange(200_000, 999_999):06d}"
    return body + str(iso6346.calc_check_digit(body))


def container_with_wrong_digit(number: str) -> str:
    """Return the container number with its check digit one too high."""
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def ship(index: int) -> str:
    """Return the IMO number of the n-th invented ship; real ones do not begin with 4."""
    body = f"{400_100 + index:06d}"
    return body + str(imo.calc_check_digit(body))


def barge(chance: random.Random) -> str:
    """Return a European vessel identification number (ENI), which has no check digit."""
    return f"02{chance.randrange(300_000, 399_999):06d}"


def plate(chance: random.Random) -> str:
    """Return an invented British truck plate."""
    pair, tail = "".join(chance.choices(LETTERS, k=2)), "".join(chance.choices(LETTERS, k=3))
    return f"{pair}{chance.randrange(10, 75)} {tail}"


def trailer(chance: random.Random) -> str:
    """Return an invented trailer plate."""
    return f"C{chance.randrange(100_000, 999_999)}"


def wagon(chance: random.Random) -> str:
    """Return an invented twelve-digit wagon number."""
    return f"3351{chance.randrange(10**7, 10**8 - 1)}0"


def flight(chance: random.Random) -> str:
    """Return a flight number of the invented airline."""
    return f"DC{chance.randrange(100, 999)}"


def air_waybill(chance: random.Random) -> str:
    """Return a master air waybill number, its last digit the rest of division by 7."""
    serial = chance.randrange(10**6, 10**7)
    return f"999-{serial:07d}{serial % 7}"


def reference(prefix: str, chance: random.Random) -> str:
    """Return a document or seal number."""
    return f"{prefix}{chance.randrange(10**6, 10**7)}"
