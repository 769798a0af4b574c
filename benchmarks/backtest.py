"""Back-tests in PostgreSQL over a year of synthetic declarations: one rule, and a hundred.

    python -m benchmarks.backtest [ENS] (1,000,000 by default)

Starts a server of its own and fills the tables of what was analysed; values are as frequent as in
`benchmarks.rules`, whose rules are asked. Seconds are of one query each, warm; the hundred rules
are asked one after the other. The last line is JSON.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django
import psycopg
from psycopg import sql as text

from benchmarks import rules as synthetic
from benchmarks.measuring.site import started_servers
from risk.engine import sql
from risk.engine.rules import EngineRule

ONE_BY_ONE, REPEATS, MANY = 15, 3, 100
START = datetime(2026, 1, 1, tzinfo=UTC)
_DECLARATION = ("ens", "ens_version", "received_at", "current", "declaration_mode")
_ITEM = (
    "ens", "ens_version", "number", "names", "received_at", "current", "item_commodity_code",
    "item_hs2", "item_hs4", "item_hs6", "item_description", "item_gross_mass",
    "item_mass_per_package",
    "item_un_number", "consignee_identifier", "parties_identifiers", "routing_place_of_loading",
    "routing_countries", "equipment_containers",
)  # fmt: skip
chance = random.Random(1)


def fill(connection: psycopg.Connection, count: int) -> int:
    """Fill the tables by COPY and return the number of goods items."""
    items = 0
    for begin in range(1, count + 1, 50_000):
        numbers = range(begin, min(begin + 50_000, count + 1))
        made = [(number, START + timedelta(days=365 * chance.random())) for number in numbers]
        _copy(connection, "risk_analyseddeclaration", _DECLARATION, map(_declaration, made))
        rows = [row for number, received in made for row in _items(number, received)]
        _copy(connection, "risk_analyseditem", _ITEM, rows)
        items += len(rows)
    for table in ("risk_analyseddeclaration", "risk_analyseditem"):
        connection.execute(text.SQL("VACUUM ANALYZE {}").format(text.Identifier(table)))
    return items


def _copy(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    query = text.SQL("COPY {} ({}) FROM STDIN").format(
        text.Identifier(table), text.SQL(", ").join(map(text.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in rows:
            copy.write_row(row)


def _declaration(made: tuple[int, datetime]) -> tuple[object, ...]:
    number, received = made
    return number, number, received, True, chance.choice("1114")


def _items(number: int, received: datetime) -> Iterator[tuple[object, ...]]:
    skewed = synthetic.skewed
    consignee, declarant = skewed(synthetic.TRADERS), skewed(synthetic.TRADERS)
    names = [chance.randrange(400_000), chance.randrange(400_000)]
    place = skewed(synthetic.PLACES)
    route = [place[:2], skewed(synthetic.COUNTRIES), "NL"]
    count = chance.choices((1, 2, 3, 4, 5, 6), weights=(30, 25, 18, 12, 8, 7))[0]
    for place_of_item in range(1, count + 1):
        code = skewed(synthetic.CODES) if chance.random() < 0.85 else None
        mass = Decimal(chance.randrange(10, 30_000)) if chance.random() < 0.95 else None
        yield (
            number, number, place_of_item, names, received, True, code,
            code and code[:2], code and code[:4], code,
            " ".join(skewed(synthetic.WORDS) for _ in range(4)), mass,
            round(mass / chance.randrange(1, 900), 6) if mass else None,
            str(chance.randrange(1_000, 3_500)) if chance.random() < 0.05 else None,
            consignee, [consignee, declarant], place, route,
            [f"DMOU{number:07}"] if chance.random() < 0.7 else None,
        )  # fmt: skip


def seconds(connection: psycopg.Connection, rule: EngineRule) -> float:
    """Return how long it takes to count the declarations that the rule hits."""
    query = sql.hits(rule, synthetic.LISTS)
    found = query.text.replace("{where}", f" AND {query.rows}.current")
    begun = time.monotonic()
    connection.execute(
        f"SELECT count(DISTINCT hit.version) FROM ({found}) hit(version, place)",  # type: ignore[call-overload]  # our own text
        query.values,
    )
    return time.monotonic() - begun


def main() -> None:
    """Fill, ask, and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rules = [synthetic.synthetic_rule(number) for number in range(MANY)]
    with started_servers() as site:
        django.setup()
        with psycopg.connect(site.cluster.url("portal"), autocommit=True) as connection:
            begun = time.monotonic()
            items = fill(connection, count)
            print(f"{count} ENS, {items} goods items in {time.monotonic() - begun:.0f} s")
            measured = [
                statistics.median(seconds(connection, rule) for _ in range(REPEATS))
                for rule in rules[:ONE_BY_ONE]
            ]
            print("each of the first rules, s:", [round(value, 3) for value in measured])
            hundred = sum(seconds(connection, rule) for rule in rules)
    print(
        json.dumps({
            "bench": "backtest",
            "ens": count,
            "items": items,
            "median_s": round(statistics.median(measured), 3),
            "hundred_rules_s": round(hundred, 1),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main()
