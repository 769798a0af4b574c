"""Rules about texts: characters that are allowed, and texts that say nothing (stop words)."""

import re
from collections.abc import Sequence
from datetime import date

from declarations.checks.quality.cleansing import cleansed
from declarations.checks.quality.stop_words import Listed, counts_as_empty
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.rule import Fault

POOR, WRONG_CHARACTER = "100", "102"
NOT_ALLOWED_CHARACTERS = "Texts have Latin, Greek and Cyrillic characters only."
SAYS_NOTHING = "The text has nothing but stop words, and counts as empty."
DESCRIPTION = "descriptionOfGoods"
OF_GOODS = ((DESCRIPTION, Listed.DESCRIPTION),)
OF_PARTY = (*OF_GOODS, ("name", Listed.PARTY))
OF_ADDRESS = (*OF_GOODS, ("city", Listed.PARTY), ("street", Listed.PARTY))
_FOREIGN = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\u024f\u02b0-\u03ff\u0400-\u052f\u1e00-\u1fff\u2000-\u206f"
    "\u20a0-\u20bf\u2100-\u214f]"
)


def foreign_characters(group: Group) -> list[Fault]:
    """Return the values of a group that have characters of other scripts."""
    return [
        Fault(group, name, WRONG_CHARACTER)
        for name, value in group.values.items()
        if not value.isascii() and _FOREIGN.search(value)
    ]


def poor_texts(group: Group, on: date) -> list[Fault]:
    """Return the descriptions, names and addresses of a group that say nothing on that day."""
    return [
        Fault(group, name, POOR)
        for name, listed in _judged(group)
        if name in group.values and counts_as_empty(cleansed(group.text(name)), listed, on)
    ]


def _judged(group: Group) -> Sequence[tuple[str, Listed]]:
    """Return the texts that such a group has with stop words, with their list."""
    if group.name == "address":
        return OF_ADDRESS
    return OF_PARTY if "address" in group.groups else OF_GOODS
