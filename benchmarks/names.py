"""One unseen name against a list of 100,000 entries: time, recall and false matches.

    python -m benchmarks.names [ENTRIES] (100,000 by default)

Starts a server of its own and loads a list of invented firms and persons. Then names that it has
never seen are screened one by one, the way the pipeline does: variants of listed ones (one typo,
two typos, words swapped, the last word or legal form dropped), and strangers made the same way as
the listed. A stranger that shares its telling words with a listed name by chance is no stranger and
is left out. Everything follows from one seed. The last line is JSON.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import django

from benchmarks.measuring.site import started_servers

KIND_COUNT = 250
"""Variants of each kind that are screened."""

STRANGERS = 1_000
AT = datetime(2026, 11, 20, tzinfo=UTC)
_ONSETS = (
    "b", "br", "c", "d", "dr", "f", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pr",
    "r", "s", "st", "t", "tr", "v", "w", "z",
)  # fmt: skip
_VOWELS = ["a", "e", "i", "o", "u", "aa", "ee", "ie", "oo", "ou", "ei", "ui"]
_CODAS = ["", "", "n", "r", "l", "s", "m", "k", "rt", "nd", "st"]
_TRADES = (
    "trading", "logistics", "import", "export", "shipping", "textiles", "machinery", "foods",
    "chemicals", "electronics", "timber", "metals", "furniture", "optics", "marine", "plastics",
)  # fmt: skip
_FORMS = ("Ltd", "GmbH", "BV", "SA", "Co Ltd", "LLC", "SARL", "AS", "NV", "Inc")


class Namer:
    """Makes names of firms (three of four) and of persons, no two alike."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._made: set[str] = set()

    def name(self) -> str:
        """Return a name that was not made before."""
        while True:
            found = self._person() if self.chance.random() < 0.25 else self._firm()
            if found not in self._made:
                self._made.add(found)
                return found

    def _word(self, syllables: int) -> str:
        pick = self.chance.choice
        parts = (f"{pick(_ONSETS)}{pick(_VOWELS)}{pick(_CODAS)}" for _ in range(syllables))
        return "".join(parts).capitalize()

    def _person(self) -> str:
        return f"{self._word(2)} {self._word(self.chance.choice((2, 3)))}"

    def _firm(self) -> str:
        own = [self._word(self.chance.choice((2, 3))) for _ in range(self.chance.choice((1, 2, 2)))]
        trade = self.chance.choice(_TRADES).capitalize()
        return " ".join((*own, trade, self.chance.choice(_FORMS)))


def typo(name: str, chance: random.Random) -> str:
    """Return the name with a letter left out, doubled, exchanged or put before its neighbour."""
    places = [place for place, letter in enumerate(name) if letter.isalpha() and place]
    place = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + name[place] + name[place:]
    if kind == 2:
        return name[:place] + chance.choice("aeionrstl") + name[place + 1 :]
    return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]


def two_typos(name: str, chance: random.Random) -> str:
    """Return the name with two typos."""
    return typo(typo(name, chance), chance)


def swapped(name: str, chance: random.Random) -> str:
    """Return the name with its words in another order."""
    words = name.split()
    first, *rest = words
    return " ".join((*rest, first))


def dropped(name: str, chance: random.Random) -> str:
    """Return the name without its last word; of a firm that is its legal form."""
    words = name.split()
    return " ".join(words[:-1]) if len(words) > 2 else f"{words[0][0]}. {words[1]}"


VARIANTS: dict[str, Callable[[str, random.Random], str]] = {
    "one typo": typo,
    "two typos": two_typos,
    "swapped words": swapped,
    "dropped suffix": dropped,
}


def load(namer: Namer, count: int) -> list[str]:
    """Load a list of that many names and return them."""
    from django.db import transaction

    from risk.engine.lists import ListEntry
    from risk.models import ReferenceList
    from risk.services.lists import Loaded, NewList, load_list

    names = [namer.name() for _ in range(count)]
    new = NewList(
        code="bench",
        entries=[ListEntry(value=name) for name in names],
        kind=ReferenceList.Kind.COMPANIES,
    )
    with transaction.atomic():
        loaded = load_list(new, at=AT)
    assert isinstance(loaded, Loaded), loaded
    return names


def end_rescreening() -> None:
    """Hold the names seen before against the list now, not while something else is measured."""
    from django.db import transaction

    from risk.services.rescreening import match_portion

    is_left = True
    while is_left:
        with transaction.atomic():
            is_left = match_portion(at=AT)


class Screened:
    """Screens names as the pipeline does with those that it sees for the first time."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []

    def values(self, name: str) -> set[str]:
        """Return the listed names that the name, never seen before, matches."""
        from django.db import transaction

        from declarations.names import name_key
        from risk.engine.names import NAME, Identity
        from risk.models import NameMatch
        from risk.names.screening import first_seen

        key = f"{len(self.milliseconds):06}"
        identity = Identity(kind=NAME, key=name_key(name), country="", identifier=key, written=name)
        begun = time.perf_counter()
        with transaction.atomic():
            names = first_seen([identity], at=AT)
        self.milliseconds.append((time.perf_counter() - begun) * 1000)
        matches = NameMatch.objects.filter(name__in=names.values())
        return set(matches.values_list("entry__value", flat=True))


def recalled(screened: Screened, listed: list[str], chance: random.Random) -> dict[str, float]:
    """Return for each kind of variant the share of which the listed name was found."""
    shares = {}
    for kind, vary in VARIANTS.items():
        chosen = chance.sample(listed, KIND_COUNT)
        shares[kind] = sum(one in screened.values(vary(one, chance)) for one in chosen) / len(
            chosen
        )
    return shares


def strangers(namer: Namer, listed: list[str]) -> list[str]:
    """Return names made like the listed ones that share no telling words with one of them."""
    telling = {_telling(name) for name in listed}
    made = (namer.name() for _ in range(3 * STRANGERS))
    return [name for name in made if _telling(name) not in telling][:STRANGERS]


def _telling(name: str) -> frozenset[str]:
    """Return the words of a name that neither a trade nor a legal form has."""
    plain = {*_TRADES, *" ".join(_FORMS).lower().split()}
    return frozenset(word for word in name.lower().split() if word not in plain)


def main() -> None:
    """Load, screen, and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with started_servers():
        django.setup()
        namer, chance = Namer(1), random.Random(2)
        begun = time.monotonic()
        listed = load(namer, count)
        print(f"{count} entries loaded in {time.monotonic() - begun:.0f} s")
        screened = Screened()
        shares = recalled(screened, listed, chance)
        for kind, share in shares.items():
            print(f"{kind:16} {share:6.1%} found")
        unknown = strangers(namer, listed)
        false = [name for name in unknown if screened.values(name)]
        print(f"{len(false)} of {len(unknown)} strangers match: {', '.join(false[:5])}")
        ordered = sorted(screened.milliseconds)
        print(f"95 of 100 names took at most {ordered[int(len(ordered) * 0.95)]:.1f} ms")
        figures = {
            "bench": "names",
            "list": count,
            "median_ms": round(statistics.median(ordered), 2),
            "recall": round(statistics.mean(shares.values()), 4),
            "false_positive_rate": round(len(false) / len(unknown), 4),
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
