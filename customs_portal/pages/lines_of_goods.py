"""Lines of text that name declarations or goods, as people write them into forms."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from declarations.arrivals import Reported
from messaging.formats.ics1.arriving import ArrivedGoods

MOST_LINES = 999
MOST_ITEMS = 999
LONGEST_DESCRIPTION = 200
LONGEST_DOCUMENT = 70
_MRN = re.compile(r"[0-9]{2}[A-Z]{2}[A-Z0-9]{14}")
_STATE = re.compile(r"[A-Z]{2}")
_CONTAINER = re.compile(r"[A-Z]{4}[0-9]{7}")

Read = TypeVar("Read")


def arrived_goods(text: str) -> tuple[ArrivedGoods, ...]:
    """Return the declarations that lines name: an MRN with item numbers, or a State alone.

    Raises ValidationError with the number of each line that names none.
    """
    return _read(text, _declaration, _("Line %d is neither an MRN with item numbers nor a State."))


def mrns(text: str) -> tuple[str, ...]:
    """Return the MRNs, one in a line; raises ValidationError as `arrived_goods` does."""
    return _read(text, _mrn, _("Line %d is no MRN."))


def reported_goods(text: str) -> tuple[Reported, ...]:
    """Return goods by MRN with item numbers, or by container or transport document with words.

    Raises ValidationError as `arrived_goods` does.
    """
    return _read(text, _reported, _("Line %d begins with no MRN, container or transport document."))


def _read(text: str, read: Callable[[str], Read | None], wrong: str) -> tuple[Read, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("At most %d lines at once.") % MOST_LINES)
    found = [read(line) for line in lines]
    bad = [number for number, each in enumerate(found, start=1) if each is None]
    if bad:
        raise ValidationError([wrong % number for number in bad[:10]])
    return tuple(each for each in found if each is not None)


def _declaration(line: str) -> ArrivedGoods | None:
    first, *rest = line.split()
    name, items = first.upper(), _items(rest)
    if items is None:
        return None
    if _MRN.fullmatch(name):
        return ArrivedGoods(mrn=name, country=name[2:4], items=items)
    is_state = _STATE.fullmatch(name) and not items
    return ArrivedGoods(mrn="", country=name, items=()) if is_state else None


def _mrn(line: str) -> str | None:
    name = line.upper()
    return name if _MRN.fullmatch(name) else None


def _reported(line: str) -> Reported | None:
    name, _space, words = line.partition(" ")
    name, words = name.upper(), words.strip()
    if _MRN.fullmatch(name):
        items = _items(words.split())
        return None if items is None else Reported(mrn=name, country=name[2:4], items=items)
    description = words[:LONGEST_DESCRIPTION]
    if _CONTAINER.fullmatch(name):
        return Reported(container=name, description=description)
    if len(name) > LONGEST_DOCUMENT or not any(map(str.isdigit, name)):
        return None
    return Reported(document=name, description=description)


def _items(words: list[str]) -> tuple[int, ...] | None:
    """Return item numbers, which may be separated by commas too; None where one is none."""
    numbers = list(_split(words))
    if len(numbers) > MOST_ITEMS or not all(re.fullmatch("[1-9][0-9]{0,4}", n) for n in numbers):
        return None
    return tuple(dict.fromkeys(map(int, numbers)))


def _split(words: list[str]) -> Iterator[str]:
    for word in words:
        yield from filter(None, word.split(","))
