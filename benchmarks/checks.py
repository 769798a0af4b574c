"""What the official rules cost, beside parsing and schema validation of the same message.

`us` is parse, schema and rules of a message of 2 to 3 kB, `floor_us` parse and schema alone, both
the best of several rounds that take turns. `per_item_growth` is the cost per goods item at 999
items against that at 5.
"""

import json
from collections.abc import Callable
from time import perf_counter

from declarations.document import GoodsItem, Packages
from messaging.formats.ics1.schema import schema
from messaging.formats.ics1.tables import Form
from messaging.formats.parse import parse
from messaging.formats.profiles import Profile, RuleSet
from messaging.formats.registry import check
from tests.messaging.builders import goods_item, minimal_ie315

LIMIT = 10_000_000
ROUNDS = 15


def rules(body: bytes) -> None:
    """Parse, validate and judge a message."""
    reading = check(body, profile=Profile.EU, rule_set=RuleSet.OLD)
    assert not reading.findings, reading.findings


def floor(body: bytes) -> None:
    """Parse and validate a message."""
    root = parse(body, limit=LIMIT)
    assert not schema("CC315A", Form.FULL).errors(root)  # type: ignore[arg-type]  # lxml types the root loosely


def best(*tasks: Callable[[], None], repeat: int) -> list[float]:
    """Return the least microseconds of each task, taking turns."""
    found = [float("inf")] * len(tasks)
    for _ in range(ROUNDS):
        for place, task in enumerate(tasks):
            start = perf_counter()
            for _ in range(repeat):
                task()
            found[place] = min(found[place], (perf_counter() - start) / repeat * 1e6)
    return found


def many(count: int) -> bytes:
    """Return a message with that many items, package lines with shared marks among them."""
    return minimal_ie315(items=tuple(_item(number) for number in range(1, count + 1)))


def _item(number: int) -> GoodsItem:
    lines = (
        Packages(kind="CT", packages=1, marks=f"LOT {number}"),
        Packages(kind="CT", packages=0, marks=f"LOT {number}"),
    )
    return goods_item(number, packages=lines)


def main() -> None:
    """Measure and print; the last line is JSON."""
    body = minimal_ie315(items=(goods_item(1), goods_item(2)))
    total, least = best(lambda: rules(body), lambda: floor(body), repeat=100)
    few, full = many(5), many(999)
    (small,), (large,) = best(lambda: rules(few), repeat=50), best(lambda: rules(full), repeat=1)
    print(f"{len(body)} bytes: {total:.0f} us with rules, {least:.0f} us without")
    print(f"per goods item: {small / 5:.1f} us of 5, {large / 999:.1f} us of 999")
    answer = {
        "bench": "checks",
        "us": round(total, 1),
        "floor_us": round(least, 1),
        "ratio": round(total / least, 2),
        "per_item_growth": round((large / 999) / (small / 5), 2),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
