"""Simple types of ICS2 from the formats of its tables: `an..22`, `a2`, `n..16,6`, `an20T`.

A format with two points gives the longest text, one without the exact length; `an20T` is a time,
`base64` the bytes of a file.
"""

import re
from functools import cache

from messaging.formats.ics1.tables import SimpleType

_FORMAT = re.compile(r"(an|a|n)(\.\.)?([0-9]+)(?:,([0-9]+))?(T)?")
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_COUNTRIES = "CL718"
_BYTES = "base64"


@cache
def simple_type(form: str, codelist: str, codes: tuple[str, ...]) -> SimpleType:
    """Return the type of a format whose values are these codes, or any where there are none.

    Raises ValueError for a format that is none.
    """
    if form == _BYTES:
        return _bytes()
    match = _FORMAT.fullmatch(form)
    if match is None:
        raise ValueError(f"{form} is not a format.")
    letters, up_to, length, decimals, is_time = match.groups()
    name = _name(form, codelist, codes)
    if decimals:
        return _decimal(name, length, decimals)
    limits = {"minLength": "1", "maxLength": length} if up_to else {"length": length}
    return SimpleType(
        name=name,
        base="xs:token",
        max_length=int(length),
        facets=limits,
        patterns=_patterns(letters, codelist, is_time or ""),
        enumerations=codes,
    )


def _name(form: str, codelist: str, codes: tuple[str, ...]) -> str:
    plain = form.replace("..", "_").replace(",", "_")
    listed = f"_{codelist}" if codes or codelist == _COUNTRIES else ""
    return f"{plain}{listed}"


def _bytes() -> SimpleType:
    return SimpleType(
        name=_BYTES,
        base="xs:base64Binary",
        max_length=None,
        facets={"minLength": "1"},
        patterns=(),
        enumerations=(),
    )


def _decimal(name: str, digits: str, decimals: str) -> SimpleType:
    return SimpleType(
        name=name,
        base="xs:decimal",
        max_length=None,
        facets={"totalDigits": digits, "fractionDigits": decimals},
        patterns=((r"[0-9]+(\.[0-9]+)?",),),
        enumerations=(),
    )


def _patterns(letters: str, codelist: str, is_time: str) -> tuple[tuple[str, ...], ...]:
    if is_time:
        return ((_TIME,),)
    if codelist == _COUNTRIES:
        return (("[A-Z]*",),)
    return {"n": (("[0-9]*",),), "a": (("[A-Za-z]*",),)}.get(letters, ())
