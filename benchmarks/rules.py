"""Evaluation of synthetic rule sets: microseconds for each ENS, with the index and without.

    python -m benchmarks.rules

Declarations have one to six goods items (about 2.7) with values of very different frequency; rules
join two to four conditions, so that a rule hits about one declaration in a hundred. The naive
evaluation runs the same compiled conditions, every rule on every item. Other engines are compared
where they are installed (benchmarks/other_engines.py). The last line is JSON.
"""

import json
import os
import random
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import django

from benchmarks import other_engines
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Packages,
    Party,
    Seal,
    SupportingDocument,
)
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.memory import long_lived
from risk.engine.operators import Operator as Op
from risk.engine.outcomes import Outcome, Severity
from risk.engine.readings import Reading
from risk.engine.rules import EngineRule
from risk.engine.subject import Context, Declared
from risk.engine.tree import All, Any, Expression, Leaf, Not

SIZES = (100, 1_000, 10_000)
DECLARATIONS = 400
NAIVE_DECLARATIONS = {100: 200, 1_000: 60, 10_000: 10}
OTHERS_DECLARATIONS = 15
REPEATS = 3
SEED = 20261122
AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
CONTEXT = Context(mrn="26NL0003960000S012", received_at=AT)

chance = random.Random(SEED)
LETTERS = "bcdfghjklmnprstv"
WORDS = ["".join(chance.choices(LETTERS, k=6)) for _ in range(3_000)]
CODES = [f"{chance.randrange(1, 98):02}{chance.randrange(10_000):04}" for _ in range(6_000)]
COUNTRIES = [f"{a}{b}" for a in "ABCDEFGHIKLMNP" for b in "ABCDEFGHIKLMNPRS"][:220]
PLACES = [
    f"{chance.choice(COUNTRIES)}{''.join(chance.choices('ABCDEFG', k=3))}" for _ in range(900)
]
TRADERS = [f"NL{number:09}" for number in range(50_000)]


def skewed(values: Sequence[str]) -> str:
    """Return one of the values, the first ones far more often than the last."""
    return values[int(len(values) * chance.random() ** 1.5)]


def goods_item(number: int, box: str) -> GoodsItem:
    """Return a goods item; values are missing now and then."""
    return GoodsItem(
        number=number,
        description=" ".join(skewed(WORDS) for _ in range(chance.randrange(2, 8))),
        commodity_code=skewed(CODES) if chance.random() < 0.85 else None,
        gross_mass=Decimal(chance.randrange(10, 30_000)) if chance.random() < 0.95 else None,
        un_number=str(chance.randrange(1_000, 3_500)) if chance.random() < 0.05 else None,
        containers=(box,) if chance.random() < 0.7 else (),
        packages=(Packages(kind=skewed(("CT", "PX", "PK")), packages=chance.randrange(1, 900)),),
    )


def declaration() -> Document:
    """Return a declaration of about 2.7 goods items."""
    box = f"DMOU{chance.randrange(10**7):07}"
    count = chance.choices((1, 2, 3, 4, 5, 6), weights=(30, 25, 18, 12, 8, 7))[0]
    loading = skewed(PLACES)
    bill = SupportingDocument(type="N705", reference=f"B{chance.randrange(10**6)}")
    goods = tuple(goods_item(number, box) for number in range(1, count + 1))
    return Document(
        type="IE315",
        transport_mode=chance.choice("1114"),
        office_of_first_entry="NL000396",
        expected_arrival=AT + timedelta(hours=chance.randrange(1, 400)),
        means=Means(identification=str(chance.randrange(4_000_000, 4_002_000)), nationality="PA"),
        place_of_loading=loading,
        place_of_unloading="NLRTM",
        itinerary=(loading[:2], skewed(COUNTRIES), "NL"),
        declarant=Party(identifier=skewed(TRADERS)),
        consignor=Party(name=f"{skewed(WORDS)} trading", country=loading[:2]),
        consignee=Party(identifier=skewed(TRADERS)),
        seals=(Seal(identity="S1"),) if chance.random() < 0.6 else (),
        consignments=(Consignment(key="K", items=goods, transport_documents=(bill,)),),
    )


def lists() -> dict[str, ReferenceList]:
    """Return watch lists of 10 to 120 traders."""
    found = {}
    for number in range(200):
        entries = [
            ListEntry(value=chance.choice(TRADERS)) for _ in range(chance.randrange(10, 120))
        ]
        found[f"watch_{number}"] = ReferenceList(f"watch_{number}", "", entries)
    return found


def selective() -> Leaf:
    """Return a condition that few goods items fulfil."""
    draws: tuple[Callable[[], Leaf], ...] = (
        lambda: Leaf("item.hs4", Op.EQUALS, (chance.choice(CODES)[:4],)),
        lambda: Leaf("item.hs6", Op.IN_VALUES, tuple(chance.choices(CODES, k=8))),
        lambda: Leaf("item.commodity_code", Op.STARTS_WITH, (chance.choice(CODES)[:4],)),
        lambda: Leaf("item.description", Op.CONTAINS_WORD, tuple(chance.choices(WORDS, k=3))),
        lambda: Leaf("consignee.identifier", Op.IN_LIST, list=f"watch_{chance.randrange(200)}"),
        lambda: Leaf("parties.identifiers", Op.OVERLAPS, tuple(chance.choices(TRADERS, k=20))),
        lambda: Leaf("routing.place_of_loading", Op.IN_VALUES, tuple(chance.choices(PLACES, k=4))),
        lambda: Leaf("routing.countries", Op.OVERLAPS, (chance.choice(COUNTRIES),)),
    )
    return chance.choice(draws)()


def broad() -> Expression:
    """Return a condition that many goods items fulfil."""
    kilograms = str(chance.randrange(100, 25_000))
    draws: tuple[Callable[[], Expression], ...] = (
        lambda: Leaf("item.gross_mass", Op.ABOVE, (kilograms,)),
        lambda: Leaf("item.mass_per_package", Op.BETWEEN, ("1", "500")),
        lambda: Leaf("item.un_number", Op.MISSING),
        lambda: Leaf("equipment.containers", Op.PRESENT),
        lambda: Leaf("declaration.mode", Op.EQUALS, ("1",)),
        lambda: Not(
            Leaf("consignee.identifier", Op.IN_LIST, list=f"watch_{chance.randrange(200)}")
        ),
        lambda: Not(Leaf("item.hs2", Op.EQUALS, (chance.choice(CODES)[:2],))),
    )
    return chance.choice(draws)()


def synthetic_rule(number: int) -> EngineRule:
    """Return a rule of two to four conditions, at least one of them selective."""
    first: Expression = selective()
    if chance.random() < 0.3:
        first = Any((first, All((selective(), broad()))))
    others = tuple(broad() for _ in range(chance.randrange(1, 4)))
    return EngineRule(
        code=f"R{number}",
        version=1,
        title="",
        family="",
        expression=All((*others, first)),
        outcome=Outcome.REFER,
        severity=Severity.LOW,
        score=1,
    )


def naive_hits(rules: CompiledRuleSet, document: Document) -> set[str]:
    """Run every rule on everything and return which were true."""
    declared = Declared(document, CONTEXT)
    header = Reading(declared.whole)
    items = [Reading(subject, header) for subject in declared.subjects()]
    return {
        compiled.rule.code
        for compiled in rules.rules
        for reading in (items if compiled.of_item else [header])
        if compiled.condition.test(reading)
    }


def microseconds(run: Callable[[Document], object], documents: Sequence[Document]) -> float:
    """Return the least of some runs over the documents, for each of them."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = time.process_time()
        for document in documents:
            run(document)
        best = min(best, time.process_time() - begun)
    return best / len(documents) * 1e6


def measure(
    size: int, rules: Sequence[EngineRule], documents: Sequence[Document]
) -> dict[str, float]:
    """Return the figures of the first rules of the set."""
    begun = time.process_time()
    with long_lived():
        compiled = CompiledRuleSet(rules[:size], LISTS)
    built = time.process_time() - begun
    some = documents[: NAIVE_DECLARATIONS[size]]
    hits = sum(len(compiled.evaluate(document, CONTEXT)) for document in documents)
    for document in some:
        found = {hit.rule for hit in compiled.evaluate(document, CONTEXT)}
        assert found == naive_hits(compiled, document)
    indexed = microseconds(lambda document: compiled.evaluate(document, CONTEXT), documents)
    naive = microseconds(lambda document: naive_hits(compiled, document), some)
    return {
        "indexed": round(indexed, 1),
        "naive": round(naive, 1),
        "ratio": round(naive / indexed, 1),
        "hits": round(hits / len(documents), 2),
        "build_s": round(built, 2),
    }


def others_us(
    rules: Sequence[EngineRule], documents: Sequence[Document], compiled: CompiledRuleSet
) -> dict[str, float]:
    """Return microseconds for each ENS of the other engines that are installed."""
    if not other_engines.find():
        print("No other engine is compared: BENCHMARK_PACKAGES names no directory.")
        return {}
    names = other_engines.names_of(rules)
    items = [other_engines.values_of(document, CONTEXT, names) for document in documents]
    found = {}
    for name, build in (("zen", other_engines.zen), ("cel", other_engines.cel)):
        try:
            run = build(rules, LISTS)
        except ImportError as error:
            print(f"{name} is not compared: {error}")
            continue
        for document, values in zip(documents, items, strict=True):
            assert run(values) == {hit.rule for hit in compiled.evaluate(document, CONTEXT)}
        begun = time.process_time()
        for values in items:
            run(values)
        found[name] = (time.process_time() - begun) / len(items) * 1e6
    return found


def explain_us(rules: Sequence[EngineRule], documents: Sequence[Document]) -> float:
    """Return microseconds for the sentence of a hit."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "customs_portal.settings")
    django.setup()
    from risk.engine.explain import sentence

    compiled = CompiledRuleSet(rules, LISTS)
    hits = [hit for document in documents for hit in compiled.evaluate(document, CONTEXT)][:2_000]
    begun = time.process_time()
    for hit in hits:
        sentence(hit)
    return (time.process_time() - begun) / max(1, len(hits)) * 1e6


LISTS = lists()


def built_mb(rules: Sequence[EngineRule]) -> tuple[CompiledRuleSet, float]:
    """Return the largest rule set and the megabytes by which the process grew for it."""
    before = _resident_mb()
    with long_lived():
        compiled = CompiledRuleSet(rules, LISTS)
    return compiled, _resident_mb() - before


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def ratio(others: Mapping[str, float], name: str, ours: float) -> float | None:
    """Return how many times as long another engine takes, None where it is not installed."""
    return round(others[name] / ours, 1) if name in others else None


def main() -> None:
    """Measure each size and print the figures."""
    documents = [declaration() for _ in range(DECLARATIONS)]
    rules = [synthetic_rule(number) for number in range(max(SIZES))]
    compiled, megabytes = built_mb(rules)
    found = {size: measure(size, rules, documents) for size in SIZES}
    for size, figures in found.items():
        print(f"{size:>6} rules: {figures}")
    others = others_us(rules, documents[:OTHERS_DECLARATIONS], compiled)
    print("other engines, us:", {name: round(us) for name, us in others.items()})
    largest = found[max(SIZES)]["indexed"]
    print(
        json.dumps({
            "bench": "rules",
            "us_per_ens": {str(size): figures["indexed"] for size, figures in found.items()},
            "naive_ratio": {str(size): figures["ratio"] for size, figures in found.items()},
            "build_s": found[max(SIZES)]["build_s"],
            "explain_us_per_hit": round(explain_us(rules, documents), 1),
            "zen_ratio": ratio(others, "zen", largest),
            "cel_ratio": ratio(others, "cel", largest),
            "peak_mb": round(megabytes),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main()
