"""Arrivals as pure data: what was notified, and how much of a declaration came with it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from declarations.document import Consignment, Document
from declarations.filing_types import filing_types
from declarations.tolerances import tolerance

ONE_CALL_A_DAY = frozenset({"1", "4", "8"})
"""Modes by which one means arrives at most once a day: a ship, a flight number, a barge."""
NOTIFIED_MODES = ONE_CALL_A_DAY
"""Modes by which goods of ICS2 are not presented before their arrival was notified."""
LONGEST_CALL = 120
AIR = "4"


class Generation(StrEnum):
    """Of which declarations a notification speaks: one of a generation says nothing of another.

    An officer records what came, whichever way it was declared.
    """

    PHASE_1 = "phase_1"
    ICS2 = "ics2"
    ANY = "any"


def generation_of(type_: str) -> Generation:
    """Return the generation of a type of filing."""
    return Generation.ICS2 if type_ in filing_types() else Generation.PHASE_1


def means_of_filing(mode: str, identification: str | None, conveyance: str | None) -> str:
    """Return by what a means is known in ICS2: a flight by its number, else by its identity."""
    known = (conveyance or identification) if mode == AIR else (identification or conveyance)
    return (known or "").upper().removeprefix("IMO").strip()


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a notification; `items` empty means all of the declaration.

    `country` is where the declaration was lodged, if the line says so. `from_outside` says that the
    goods were carried from outside the Union.
    """

    mrn: str = ""
    country: str = ""
    items: tuple[int, ...] = ()
    container: str = ""
    document: str = ""
    description: str = ""
    from_outside: bool = True


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """The arrival of one means of transport, as notified or recorded; times are aware.

    `notified_by` is the EORI number of the operator whose message it is, `officer` the user who
    recorded it; one of the two is empty. `elsewhere` are States where goods on board were declared
    under MRNs that it does not tell. Either the day or the time of expectation is told.
    """

    reference: str
    mode: str
    means: str
    office: str
    arrived_at: datetime
    received_at: datetime
    expected_on: date | None = None
    intended_office: bool = True
    notified_by: str = ""
    officer: int | None = None
    message: int | None = None
    lines: tuple[Reported, ...] = ()
    elsewhere: tuple[str, ...] = ()
    generation: Generation = Generation.PHASE_1
    expected_at: datetime | None = None
    notify_parties: tuple[str, ...] = ()

    def call(self, generation: Generation) -> str:
        """Return the key of this arrival, of which the same means has one a day and generation."""
        day = f"{self.arrived_at:%Y-%m-%d}"
        of_ics2 = "ICS2/" if generation is Generation.ICS2 else ""
        key = f"{of_ics2}{self.mode}/{self.means.upper()}/{day}"
        if self.means and self.mode in ONE_CALL_A_DAY:
            return key
        by = self.notified_by or f"officer {self.officer}"
        return f"{key}/{by}/{self.reference}"[:LONGEST_CALL]

    def window(self) -> tuple[datetime, datetime]:
        """Return between which expected times a declaration is one for this arrival."""
        day = self.expected_on or self.arrived_at.astimezone(UTC).date()
        begin = datetime.combine(day, time.min, UTC)
        end = begin + timedelta(days=1)
        if self.expected_on is None:
            begin = end = self.expected_at or self.arrived_at
        span = tolerance(self.mode)
        return begin - span, end + span


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one declaration: whole items, items in part, and containers.

    `everything` stands for all that is declared. `consignments` are the keys of those that came
    whole, whether they have items or not.
    """

    everything: bool = False
    consignments: frozenset[str] = frozenset()
    items: frozenset[int] = frozenset()
    in_part: frozenset[int] = frozenset()
    containers: frozenset[str] = frozenset()


def came(document: Document, lines: Iterable[Reported]) -> Came:
    """Return what the lines that name this declaration say has come of it."""
    found = list(lines)
    if not found or any(_names_all(line) for line in found):
        return Came(everything=True)
    containers = {line.container.upper() for line in found if line.container}
    papers = {line.document.upper() for line in found if line.document}
    if papers & {paper.reference.upper() for paper in document.transport_documents}:
        return Came(everything=True)
    whole = {number for line in found for number in line.items}
    part: set[int] = set()
    for item in document.items():
        own = {number.upper() for number in item.containers}
        if papers & {paper.reference.upper() for paper in item.documents} or (
            own and own <= containers
        ):
            whole.add(item.number)
        elif own & containers:
            part.add(item.number)
    return Came(items=frozenset(whole), in_part=frozenset(part), containers=frozenset(containers))


def with_consignments(document: Document, found: Came, keys: Iterable[str]) -> Came:
    """Return what came, and these consignments with all their items."""
    own = frozenset(keys)
    items = {item.number for c in document.consignments if c.key in own for item in c.items}
    return msgspec.structs.replace(found, consignments=own, items=found.items | items)


def _names_all(line: Reported) -> bool:
    return bool(line.mrn) and not line.items and not line.container and not line.document


def coverage(consignment: Consignment, found: Came) -> str:
    """Return the verb of the consignment's life: `arrive`, `arrive_partly`, empty for neither."""
    numbers = {item.number for item in consignment.items}
    if found.everything or consignment.key in found.consignments:
        return "arrive"
    if numbers and numbers <= found.items:
        return "arrive"
    return "arrive_partly" if numbers & (found.items | found.in_part) else ""


def is_aboard(document: Document, subject: str, reference: str, found: Came) -> bool:
    """Whether the subject of a measure is among what came."""
    if found.everything or subject == "declaration":
        return True
    if subject == "equipment" and found.containers:
        return reference.upper() in found.containers
    return bool(_items_of(document, subject, reference) & (found.items | found.in_part))


def _items_of(document: Document, subject: str, reference: str) -> set[int]:
    if subject == "consignment":
        own = (each for each in document.consignments if each.key == reference)
        return {item.number for each in own for item in each.items}
    if subject == "item":
        return {int(reference)}
    return {item.number for item in document.items() if reference in item.containers}
