"""A thousand synthetic rules on values that the prepared declarations have.

Each joins one condition that few goods items fulfil, on which the index finds it, with one to three
others that seldom hold together: some twenty rules are tried on an item, and few hit.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from declarations.document import Document
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.operators import Operator as Op
from risk.engine.outcomes import Outcome, Severity
from risk.engine.rules import EngineRule
from risk.engine.tree import All, Expression, Leaf, Not
from risk.models import RiskProfile
from risk.services.lists import load_lists
from risk.services.publish import publish_rules

COUNT = 1_000
LISTS = 40


class Rulebook:
    """Draws rules from the values of declarations and from invented ones."""

    def __init__(self, documents: Sequence[Document], *, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        items = [item for document in documents for item in document.items()]
        self._codes = sorted({item.commodity_code for item in items if item.commodity_code})
        self._words = sorted({word for item in items for word in _words(item.description)})
        self._places = sorted({document.place_of_loading or "" for document in documents} - {""})
        self._countries = sorted({land for document in documents for land in document.itinerary})

    def lists(self) -> list[ReferenceList]:
        """Return watch lists of 10 to 120 invented traders."""
        return [
            ReferenceList(f"watch_{number}", f"Watch list {number}", self._entries(number))
            for number in range(LISTS)
        ]

    def rules(self) -> list[EngineRule]:
        """Return the rules."""
        return [self._rule(number) for number in range(COUNT)]

    def _entries(self, number: int) -> list[ListEntry]:
        count = self._chance.randrange(10, 120)
        return [ListEntry(value=f"NL{number:03}{place:06}") for place in range(count)]

    def _rule(self, number: int) -> EngineRule:
        others = tuple(self._broad() for _ in range(self._chance.randrange(0, 3)))
        return EngineRule(
            code=f"BEN-{number:04}",
            version=1,
            title=f"Synthetic rule {number}",
            family="synthetic",
            expression=All((*others, self._window(), self._selective())),
            outcome=Outcome.REFER,
            severity=Severity.LOW,
            score=10,
        )

    def _selective(self) -> Leaf:
        pick = self._chance.choice
        draws: tuple[Callable[[], Leaf], ...] = (
            lambda: Leaf("item.hs4", Op.EQUALS, (pick(self._codes)[:4],)),
            lambda: Leaf("item.hs6", Op.IN_VALUES, (pick(self._codes)[:6], "000001", "000002")),
            lambda: Leaf("item.description", Op.CONTAINS_WORD, (pick(self._words), "unheard")),
            lambda: Leaf("routing.place_of_loading", Op.IN_VALUES, (pick(self._places), "ZZZZZ")),
            lambda: Leaf("routing.countries", Op.OVERLAPS, (pick(self._countries),)),
            lambda: Leaf("parties.identifiers", Op.OVERLAPS, (f"NL{self._chance.random()}"[:15],)),
            lambda: Leaf(
                "consignee.identifier",
                Op.IN_LIST,
                list=f"watch_{self._chance.randrange(LISTS)}",
            ),
        )
        return pick(draws)()

    def _window(self) -> Leaf:
        """Return a condition on a mass that few items have."""
        low = self._chance.randrange(100, 40_000)
        return Leaf("item.gross_mass", Op.BETWEEN, (str(low), str(low + low // 100)))

    def _broad(self) -> Expression:
        draws: tuple[Callable[[], Expression], ...] = (
            lambda: Leaf("item.mass_per_package", Op.BETWEEN, ("1", "500")),
            lambda: Leaf("item.un_number", Op.MISSING),
            lambda: Leaf("equipment.containers", Op.PRESENT),
            lambda: Leaf("declaration.mode", Op.EQUALS, ("1",)),
            lambda: Not(Leaf("item.hs2", Op.EQUALS, (self._chance.choice(self._codes)[:2],))),
        )
        return self._chance.choice(draws)()


def publish(documents: Sequence[Document], *, at: datetime) -> None:
    """Publish the rules."""
    book = Rulebook(documents)
    with transaction.atomic():
        load_lists(book.lists(), at=at)
        profile = RiskProfile.objects.create(code="bench", name="Bench")
        publish_rules(book.rules(), profile=profile, at=at)


def _words(text: str | None) -> list[str]:
    return [word for word in (text or "").lower().split() if word.isalpha() and len(word) > 3]
