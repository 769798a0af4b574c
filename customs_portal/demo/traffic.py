"""A stream of declarations of all kinds: good ones, faulty ones, and risky ones with their twins.

The same seed, country and time give the same bytes. Of each twenty messages three are faulty and
three pairs are a risky one followed by its near miss; faults and risks come round in turn.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from customs_portal.demo.declaring import Lodging, declare
from customs_portal.demo.expectations import ACCEPTED, Expected
from customs_portal.demo.faults import FAULTS, Fault
from customs_portal.demo.risks import RISKS, Risk

ROUND = 20
FAULTY = (3, 9, 16)
RISKY = (5, 11, 18)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the stream and what is known of it.

    `rule` is the risk rule that the declaration is about: a risky one must hit it and nothing else,
    a near miss must not hit it.
    """

    index: int
    label: str
    sender: str
    lrn: str
    message_id: str
    xml: bytes
    expected: Expected
    rule: str = ""
    hits: frozenset[str] = frozenset()


def traffic(*, seed: int, count: int, at: datetime, country: str) -> Iterator[Sample]:
    """Yield `count` messages lodged at a time with a country of first entry."""
    for index in range(count):
        yield sample(seed=seed, index=index, at=at, country=country)


def sample(*, seed: int, index: int, at: datetime, country: str) -> Sample:
    """Return one message of the stream without making those before it."""
    cycle, place = divmod(index, ROUND)
    if place in FAULTY:
        fault = FAULTS[(cycle * len(FAULTY) + FAULTY.index(place)) % len(FAULTS)]
        return faulty(fault, seed=seed, index=index, at=at, country=country)
    for start in RISKY:
        if place in (start, start + 1):
            risk = RISKS[(cycle * len(RISKY) + RISKY.index(start)) % len(RISKS)]
            make = risky if place == start else near_miss
            return make(risk, seed=seed, index=index, at=at, country=country)
    lodging = declare(country=country, seed=seed, index=index, at=at)
    return _sample(lodging, index, label="plain")


def faulty(fault: Fault, *, seed: int, index: int, at: datetime, country: str) -> Sample:
    """Return a message with that fault."""
    lodging = declare(country=country, seed=seed, index=index, at=at, kind=fault.kind)
    found = _sample(lodging, index, label=fault.name)
    return msgspec.structs.replace(found, xml=fault.apply(lodging), expected=fault.expected)


def risky(risk: Risk, *, seed: int, index: int, at: datetime, country: str) -> Sample:
    """Return a declaration that the risk rule must find."""
    lodging = declare(country=country, seed=seed, index=index, at=at, kind=risk.kind)
    changed = msgspec.structs.replace(lodging, document=risk.hit(lodging.document))
    label = f"hits {risk.rule}"
    return _sample(changed, index, label=label, rule=risk.rule, hits=frozenset({risk.rule}))


def near_miss(risk: Risk, *, seed: int, index: int, at: datetime, country: str) -> Sample:
    """Return the twin of the declaration before it, one change away from the risk."""
    lodging = declare(country=country, seed=seed, index=index, at=at, kind=risk.kind)
    before = declare(country=country, seed=seed, index=index - 1, at=at, kind=risk.kind)
    twin = msgspec.structs.replace(risk.miss(before.document), lrn=lodging.document.lrn)
    changed = msgspec.structs.replace(before, document=twin, message_id=lodging.message_id)
    return _sample(changed, index, label=f"misses {risk.rule}", rule=risk.rule)


def _sample(
    lodging: Lodging,
    index: int,
    *,
    label: str,
    rule: str = "",
    hits: frozenset[str] = frozenset(),
) -> Sample:
    return Sample(
        index=index,
        label=label,
        sender=lodging.sender,
        lrn=lodging.document.lrn or "",
        message_id=lodging.message_id,
        xml=lodging.xml(),
        expected=ACCEPTED,
        rule=rule,
        hits=hits,
    )
