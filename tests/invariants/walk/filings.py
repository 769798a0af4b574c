"""What traders do with ICS2: file, notify arrivals of ships and flights, ask for the state."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations.filing_types import filing_types
from declarations.models import Ens, Filing
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import content
from messaging.formats.ics2.writing import time_text
from tests.invariants.walk.ground import INDEX, Ground
from tests.pipeline.conftest import CARRIER, LODGER

KINDS = ("F11", "F12", "F14", "F20", "F45")
CODE = "harmonizedSystemSubHeadingCode"
DEPARTURES = ("actualDateAndTimeOfDeparture", "estimatedDateAndTimeOfDeparture")
ARRIVAL = "estimatedDateAndTimeOfArrival"
WAYS = ("mrn", "means", "bill")


def groups(found: Any) -> Iterator[dict[str, Any]]:
    """Yield every group of a message."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from groups(value)
    elif isinstance(found, list):
        for each in found:
            yield from groups(each)


class Filings(Ground):
    """Messages of two firms about filings; the first declaration is never one of these."""

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        kind=st.sampled_from(KINDS),
        flagged=st.booleans(),
        hours=st.sampled_from((1, 5, 30)),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def file(self, *, kind: str, flagged: bool, hours: int, sender: str) -> None:
        """Lodge a filing; a house finds its master or not."""
        said: dict[str, Any] = {**content(f"IE3{kind}", "minimal"), "LRN": self.name()}
        said["declarant"] = [{**said["declarant"][0], "identificationNumber": sender}]
        for group in groups(said):
            if CODE in group and flagged:
                group[CODE] = "080390"
            for name in DEPARTURES:
                if name in group:
                    group[name] = time_text(self.at - timedelta(days=1))
            if ARRIVAL in group:
                group[ARRIVAL] = time_text(self.at + timedelta(hours=hours))
        self.send(sender, write(f"IE3{kind}", said))

    @precondition(lambda self: Filing.objects.filter(type="F20", mrn__isnull=False).exists())
    @rule(index=INDEX, flagged=st.booleans(), sender=st.sampled_from((LODGER, CARRIER)))
    def amend_filing(self, *, index: int, flagged: bool, sender: str) -> None:
        """Amend what is analysed twice, whoever it is."""
        found = Filing.objects.filter(type="F20", mrn__isnull=False).order_by("pk")
        said: dict[str, Any] = {**content("IE3A20", "minimal"), "LRN": self.name()}
        said["MRN"] = found[index % len(found)].mrn
        said["declarant"] = [{**said["declarant"][0], "identificationNumber": sender}]
        for group in groups(said):
            if CODE in group and flagged:
                group[CODE] = "080390"
        self.send(sender, write("IE3A20", said))

    @precondition(lambda self: self.filed())
    @rule(index=INDEX, way=st.sampled_from(WAYS), sender=st.sampled_from((LODGER, CARRIER)))
    def arrive_with_filings(self, index: int, way: str, sender: str) -> None:
        """Notify an arrival by MRN, by means and time, or by bill."""
        ens = self.filed()[index % len(self.filed())]
        said: dict[str, Any] = {**content("IE3N06", "minimal"), "LRN": self.name()}
        by_air = ens.transport_mode == "4"
        said["activeBorderTransportMeans"] = {
            "ModeOfTransport": ens.transport_mode,
            "identificationNumber": None if by_air else ens.means or "9074729",
            "typeOfIdentification": None if by_air else "10",
            "conveyanceReferenceNumber": ens.means if by_air else None,
            "actualDateAndTimeOfArrival": time_text(self.at),
            ARRIVAL: time_text(ens.expected_arrival),
        }
        [person] = said["personNotifyingTheArrival"]
        said["personNotifyingTheArrival"] = [{**person, "identificationNumber": sender}]
        said["notifyParty"] = [{**person, "identificationNumber": CARRIER}]
        if way == "mrn":
            said["relatedMRN"] = [{"identification": ens.mrn}]
        elif way == "bill":
            said["relatedTransportDocument"] = [{"documentNumber": "OEL2611001", "type": "N704"}]
        self.send(sender, write("IE3N06", said))

    def filed(self) -> list[Ens]:
        """Return the ENS of ICS2."""
        own = Ens.objects.filter(members__filing__type__in=list(filing_types()))
        return list(own.order_by("pk").distinct())
