"""What another State sends, and what our officers do with it: IE319, IE301, IE302."""

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations.models import Ens, SubsequentEntryNotice
from declarations.services.subsequent_entry import Act, act_on_notices, arrive_at_office
from messaging.formats.answers import RiskResult
from messaging.formats.ics1.sending import write_declarations_request
from messaging.formats.requests import DeclarationsRequest, EntryKey, Operation
from tests.invariants.walk.ground import INDEX, OFFICE, Ground
from tests.messaging.builders import envelope
from tests.pipeline.partners import BELGIUM, foreign_document, foreign_mrn, hand_over, notification

RESULTS = {
    "control": RiskResult(code="C", text="Control at unloading"),
    "hold": RiskResult(code="B", text="Action at first entry"),
    "withdrawn": RiskResult(code="N", text="No risk"),
}
SKEWS = (timedelta(0), timedelta(days=-1), timedelta(minutes=20))
ANTWERP = "BE101000"


class Neighbours(Ground):
    """Messages of Belgium about its declarations and ours, and what we do about them."""

    @rule(
        number=st.integers(1, 3),
        result=st.sampled_from(sorted(RESULTS)),
        skew=st.sampled_from(SKEWS),
        voyage=st.sampled_from(("VOY1", "VOY2")),
    )
    def tell(self, number: int, result: str, skew: timedelta, voyage: str) -> None:
        """Tell of a risk by IE319, change it, or withdraw it; perhaps with a wrong clock."""
        document = foreign_document(conveyance_reference=voyage)
        self.send(BELGIUM, notification(RESULTS[result], **self.about(number, skew, document)))

    @precondition(lambda self: Ens.objects.exists())
    @rule(index=INDEX, result=st.sampled_from(sorted(RESULTS)))
    def tell_of_ours(self, index: int, result: str) -> None:
        """Tell by IE319 of a declaration that may be ours."""
        about = self.about(1, timedelta(0), foreign_document())
        self.send(BELGIUM, notification(RESULTS[result], **about | {"mrn": self.mrn(index)}))

    @rule(number=st.integers(1, 3), result=st.sampled_from(("", *sorted(RESULTS))))
    def give(self, number: int, result: str) -> None:
        """Hand a declaration over by IE301."""
        document = foreign_document(subsequent_offices=())
        found = (RESULTS[result],) if result else ()
        self.send(BELGIUM, hand_over(*found, **self.about(number, timedelta(0), document)))

    def about(self, number: int, skew: timedelta, document: Any) -> dict[str, Any]:
        """Return what a message of Belgium says of itself and its declaration."""
        arrives = self.at + timedelta(days=2)
        return {
            "mrn": foreign_mrn(number),
            "message_id": self.name(),
            "prepared_at": self.at + skew,
            "document": msgspec.structs.replace(document, expected_arrival=arrives),
        }

    @precondition(lambda self: Ens.objects.exists())
    @rule(index=INDEX)
    def ask(self, index: int) -> None:
        """Ask for a declaration by IE302."""
        request = DeclarationsRequest(
            information_type="2",
            reference=self.name(),
            key=EntryKey(transport_mode="1", means="", expected_on=None, country="", office=""),
            actual_office=ANTWERP,
            operations=(Operation(mrn=self.mrn(index)),),
        )
        named = envelope(sender="NTA.BE", message_id=self.name())
        header = msgspec.structs.replace(named, prepared_at=self.at)
        self.send(BELGIUM, write_declarations_request(request, header))

    @precondition(lambda self: SubsequentEntryNotice.objects.exists())
    @rule(
        index=INDEX,
        what=st.sampled_from(("arrived", "controlled", "not_controlled", "released")),
        who=INDEX,
    )
    def heed(self, index: int, what: str, who: int) -> None:
        """Record that the goods are at our later office, or what it did with them."""
        notices = list(SubsequentEntryNotice.objects.filter(office=OFFICE).order_by("-pk"))
        notice = notices[index % len(notices)].pk
        if what == "arrived":
            self.act(arrive_at_office, notice, who)
        else:
            self.act(act_on_notices, Act(notice=notice, action=what, feedback="Seen."), who)
