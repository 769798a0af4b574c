"""Prepared IE315: realistic declarations, each with its own message id and LRN."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from customs_portal.demo.declaring import declare
from messaging.formats.registry import read

TEMPLATES = 400
SENDER = "NL999999001"
INVALID_EVERY = 100
_SENDER = re.compile(rb"<MesSenMES3>[^<]*<")
_MESSAGE = re.compile(rb"<MesIdeMES19>[^<]*<")
_CONSIGNOR = re.compile(rb"<NamCO17>[^<]*<")
_LRN = re.compile(rb"<RefNumHEA4>[^<]*<")


def templates(at: datetime, *, seed: int = 1) -> list[bytes]:
    """Return declarations of all kinds of voyages, lodged by one operator in its own name."""
    found = []
    index = 0
    while len(found) < TEMPLATES:
        lodging = declare(country="NL", seed=seed, index=index, at=at)
        body = _SENDER.sub(b"<MesSenMES3>%s<" % SENDER.encode(), lodging.xml())
        person = lodging.document.representative or lodging.document.declarant
        found.append(body.replace((person.identifier or "").encode(), SENDER.encode()))
        index += 1
    return [body for body in found if not read(body).findings]


def prepared(
    bodies: list[bytes], numbers: range, new_names: Callable[[int], str | None]
) -> Iterator[bytes]:
    """Yield a message for each number; one in a hundred is invalid.

    `new_names` gives the name of its consignor, None for that of the template.
    """
    for number in numbers:
        body = bodies[number % len(bodies)]
        body = _MESSAGE.sub(b"<MesIdeMES19>B%09d<" % number, body)
        body = _LRN.sub(b"<RefNumHEA4>BENCH-%09d<" % number, body)
        if name := new_names(number):
            body = _CONSIGNOR.sub(b"<NamCO17>%s<" % name.encode(), body)
        if number % INVALID_EVERY == INVALID_EVERY - 1:
            body = body.replace(b"</TotNumOfIteHEA305>", b"7</TotNumOfIteHEA305>")
        yield body
