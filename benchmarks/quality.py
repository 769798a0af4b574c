"""How well the model of chapters does, and what data quality costs for each goods item.

    python -m benchmarks.quality

Shares are of labelled descriptions that were not learnt (five parts, each guessed by a model of the
others), and of the goods of the demo, which are no labels. `us` is the time of all checks of a
goods item in batches of 200 declarations whose descriptions were never seen, `us_seen` of ones that
were; both the best of several rounds. `mb` is what library and model add to a process. The last
line is JSON.
"""

import csv
import json
import resource
import sys
from datetime import date
from time import perf_counter

import msgspec

from benchmarks.checks import ROUNDS
from customs_portal.reference import snapshot
from customs_portal.reference.sources import DATA
from declarations.checks.quality import chapters
from declarations.checks.quality.cleansing import cleansed
from declarations.checks.quality.examining import Examined, Lists, examine
from declarations.checks.quality.measuring import measure
from declarations.checks.quality.nomenclature import labelled
from declarations.document import Document
from tests.messaging.builders import goods_item, minimal_document
from tests.risk.builders import RECEIVED_AT

BATCH = 200
DAY = date(2026, 11, 20)
GOODS = DATA.parents[1] / "demo" / "data" / "goods.csv"


def declarations(words: str) -> list[Examined]:
    """Return a batch of one goods item each, its description ending with these words."""
    labels = labelled()[:: len(labelled()) // BATCH][:BATCH]
    return [
        Examined(document=_document(f"{one.description} {words}", one.chapter), on=DAY)
        for one in labels
    ]


def _document(description: str, chapter: str) -> Document:
    item = msgspec.structs.replace(
        goods_item(), description=description, commodity_code=f"{chapter}0101"
    )
    document = minimal_document(None)
    consignment = msgspec.structs.replace(document.consignments[0], items=(item,))
    return msgspec.structs.replace(document, consignments=(consignment,))


def microseconds(batch: list[Examined], lists: Lists) -> float:
    """Return the time of one look at the batch, for each goods item."""
    start = perf_counter()
    examine(batch, lists)
    return (perf_counter() - start) / len(batch) * 1e6


def of_demo() -> tuple[float, float]:
    """Return how often the right chapter is among the three, and is flagged, for the demo."""
    with GOODS.open(encoding="utf-8", newline="") as rows:
        goods = [(row["hs"][:2], cleansed(row["description"])) for row in csv.DictReader(rows)]
    guesses = chapters.guesses([text for _chapter, text in goods])
    among = sum(chapter in guesses[text].chapters for chapter, text in goods)
    wrongly = sum(guesses[text].speaks_against(chapter) for chapter, text in goods)
    return among / len(goods), wrongly / len(goods)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print; the last line is JSON."""
    before, start = _megabytes(), perf_counter()
    chapters.guesses(["tiles"])
    made, added = perf_counter() - start, _megabytes() - before
    lists = Lists(reference=snapshot.offline(RECEIVED_AT), subheadings=None)
    fresh = min(microseconds(declarations(f"type {'abcdefghijklmnop'[n]}"), lists)
                for n in range(ROUNDS))  # fmt: skip
    seen = min(microseconds(declarations("type a"), lists) for _ in range(ROUNDS))
    figures, (among, wrongly) = measure(), of_demo()
    print(f"{figures.labels} labels, model made in {made:.1f} s, {added:.0f} MB", file=sys.stderr)
    answer = {
        "bench": "quality",
        "labels": figures.labels,
        "top1": round(figures.first, 3),
        "top3": round(figures.among_three, 3),
        "flagged_wrongly": round(figures.flagged_wrongly, 3),
        "caught": round(figures.caught, 3),
        "demo_top3": round(among, 3),
        "demo_flagged_wrongly": round(wrongly, 3),
        "us": round(fresh, 1),
        "us_seen": round(seen, 1),
        "mb": round(added),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
