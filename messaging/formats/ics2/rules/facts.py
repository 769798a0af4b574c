"""What several rules ask of a filing."""

from functools import cached_property

from customs_portal import clock
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.tables import code_list

MASTER, HOUSE, ITEM = "consignmentMasterLevel", "consignmentHouseLevel", "goodsItem"
NOT_MEMBER_STATES = frozenset({"XI"})
_NONE = Group("", None, 1)


class Facts:
    """A filing with its common facts."""

    def __init__(self, root: Group) -> None:
        self.root = root
        self.master = root.first(MASTER) or _NONE
        self.today = clock.now().date()

    @cached_property
    def member_states(self) -> frozenset[str]:
        """Return the Member States of the Union."""
        return frozenset(code_list("CL717")) - NOT_MEMBER_STATES

    @cached_property
    def office_country(self) -> str:
        """Return the country of the office of first entry, empty where none is named."""
        office = self.root.first("customsOfficeOfFirstEntry")
        return office.text("referenceNumber")[:2].upper() if office else ""


def country_of(place: Group | None) -> str:
    """Return the country of a place, from its UN/LOCODE or its address."""
    if place is None:
        return ""
    address = place.first("address")
    return place.text("UNLOCODE")[:2].upper() or (address.text("country") if address else "")


def informed(group: Group, code: str) -> bool:
    """Whether a group carries a code of additional information."""
    return any(one.text("code") == code for one in group.all("additionalInformation"))


def around(group: Group, name: str) -> Group | None:
    """Return the nearest group, itself or around it, that has a child of that name."""
    current: Group | None = group
    while current is not None and not current.has(name):
        current = current.parent
    return current
