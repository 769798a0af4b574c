"""What an entry of a list must look like, and as what it is compared, by the kind of list."""

import re
from collections.abc import Callable

from stdnum import iso6346

from declarations.names import words
from risk.engine.names import ADDRESS, NAME

_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")
_IMO = re.compile(r"[0-9]{7}")
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")


def fits(value: str, kind: str) -> bool:
    """Whether the value has the form; names need a word, codes and words need nothing."""
    return _FORMS[kind](value) if kind in _FORMS else True


def compared_as(kind: str) -> str:
    """Return as what entries of a list by likeness are compared: names or addresses."""
    return ADDRESS if kind == "addresses" else NAME


def _is_container(value: str) -> bool:
    return bool(_CONTAINER.fullmatch(value.upper())) and bool(iso6346.is_valid(value.upper()))


def _is_named(value: str) -> bool:
    return bool(words(value))


_FORMS: dict[str, Callable[[str], bool]] = {
    "eori": lambda value: _EORI.fullmatch(value.upper()) is not None,
    "vessels": lambda value: _IMO.fullmatch(value) is not None,
    "containers": _is_container,
    "persons": _is_named,
    "companies": _is_named,
    "addresses": _is_named,
}
