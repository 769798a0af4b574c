"""Houses of ICS2 before loading by air: lodged, amended, ended, and asked about."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations.models import Filing, Referral
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import content
from tests.invariants.walk.ground import INDEX, Ground
from tests.pipeline.conftest import CARRIER, LODGER
from tests.pipeline.test_air import information, result

SENDERS = st.sampled_from((LODGER, CARRIER))


class Houses(Ground):
    """Messages of ICS2 about houses before loading."""

    @rule(flagged=st.booleans(), sender=SENDERS, lrn=st.integers(0, 9))
    def lodge_house(self, *, flagged: bool, sender: str, lrn: int) -> None:
        """Lodge a house, perhaps with a reference or a document that was used."""
        own = f"H{lrn}"
        self.send(sender, self.house("IE3F24", sender, own, flagged=flagged, LRN=own))

    @precondition(lambda self: Filing.objects.filter(type="F24", mrn__isnull=False).exists())
    @rule(index=INDEX, flagged=st.booleans(), ends=st.booleans(), sender=SENDERS)
    def change_house(self, *, index: int, flagged: bool, ends: bool, sender: str) -> None:
        """Amend or invalidate a house, whoever it is."""
        found = Filing.objects.filter(type="F24", mrn__isnull=False).order_by("pk")
        filing = found[index % len(found)]
        mrn = filing.mrn
        if ends:
            usual: Any = content("IE3Q04", "minimal")
            people: Any = {"declarant": {"identificationNumber": sender}}
            self.send(sender, write("IE3Q04", {**usual, **people, "MRN": mrn, **self.dated()}))
        else:
            self.send(sender, self.house("IE3A24", sender, filing.lrn, flagged=flagged, MRN=mrn))

    def house(self, message: str, sender: str, lrn: str, *, flagged: bool, **changes: Any) -> bytes:
        """Return a filing of a house, or its amendment; of three documents by its LRN."""
        said: Any = deepcopy(content(message, "minimal"))
        house = said["consignmentMasterLevel"][0]["consignmentHouseLevel"][0]
        number = f"HAWB261100{1 + int(lrn[1:]) % 3}"
        house["transportDocumentHouseLevel"][0]["documentNumber"] = number
        (item,) = house["goodsItem"]
        (code,) = item["commodity"][0]["commodityCode"]
        code["harmonizedSystemSubHeadingCode"] = "080390" if flagged else "690721"
        said["declarant"][0]["identificationNumber"] = sender
        return write(message, {**said, **changes, **self.dated()})

    def dated(self) -> dict[str, Any]:
        """Return a time of preparation that no other message has."""
        self.number += 1
        return {
            "documentIssueDate": f"2026-11-{1 + self.number % 28:02}T10:00:{self.number % 60:02}Z"
        }

    @precondition(lambda self: Referral.objects.exists())
    @rule(index=INDEX, screened=st.sampled_from(("", "1", "2")), sender=SENDERS)
    def answer_by_message(self, *, index: int, screened: str, sender: str) -> None:
        """Answer a question by IE3R02 or IE3R03, whether it fits or not."""
        asked = list(Referral.objects.select_related("filing").order_by("-pk"))
        one = asked[index % len(asked)]
        mrn, more = one.filing.mrn or "", {"declarant": {"identificationNumber": sender}}
        more |= self.dated()
        body = (
            result(mrn, one.reference, screened, **more)
            if screened
            else information(mrn, one.reference, **more)
        )
        self.send(sender, body)
