"""What several rules ask of a declaration, found at most once per message."""

from functools import cached_property

from messaging.formats.ics1.rules.forms import number
from messaging.formats.ics1.tree import Group

TO_ORDER = "10600"
BULK = frozenset({"VQ", "VG", "VL", "VY", "VR", "VS", "VO"})
UNPACKED = frozenset({"NE", "NF", "NG"})
_NO_HEADER = Group("HEAHEA", None, 1)


class Facts:
    """A declaration with its common facts.

    `mode` is the mode of transport as a number (`01` is 1; None where unreadable), `mode_text` the
    same as written and trimmed; `circumstance` is the specific circumstance indicator, trimmed.
    """

    def __init__(self, root: Group) -> None:
        self.root = root
        self.header = root.first("HEAHEA") or _NO_HEADER
        self.items = root.all("GOOITEGDS")
        self.mode_text = self.header.text("TraModAtBorHEA76")
        self.mode = number(self.mode_text)
        self.circumstance = self.header.text("SpeCirIndHEA1")

    def all(self, group: str) -> list[Group]:
        """Return every group of that name of all items."""
        return [found for item in self.items for found in item.all(group)]

    @cached_property
    def consignors_at_items(self) -> list[Group]:
        """Return the consignors that stand at items."""
        return self.all("TRACONCO2")

    @cached_property
    def packages(self) -> list[Group]:
        """Return the package lines of all items."""
        return self.all("PACGS2")

    @cached_property
    def items_to_order(self) -> int:
        """Return how many items carry the special mention of a to-order bill."""
        return sum(map(to_order, self.items))

    @cached_property
    def packed_marks(self) -> frozenset[str]:
        """Return the marks of the package lines that count at least one package."""
        return frozenset(
            line.text("MarNumOfPacGSL21")
            for line in self.packages
            if "MarNumOfPacGSL21" in line.values
            and (number(line.values.get("NumOfPacGS24")) or 0) > 0
        )


def to_order(item: Group) -> bool:
    """Return whether an item carries the special mention 10600 (to-order bill)."""
    return any(one.text("AddInfCodMT23") == TO_ORDER for one in item.all("SPEMENMT2"))
