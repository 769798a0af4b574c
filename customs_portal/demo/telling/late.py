"""Story 3: rejected, rejected, late."""

from datetime import timedelta

import msgspec

from customs_portal.demo import stories
from customs_portal.demo.edits import remove, write
from customs_portal.demo.faults import edited
from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.document import Party
from messaging.formats.ics1.writing import write_declaration


class RejectedTwice(Story):
    """P1, short sea, Mersin to Rotterdam: IE316, the LRN used again, lateness without rejection."""

    number = 3
    title = "Rejected, rejected, late"
    span = timedelta(hours=3)
    STEPS = (
        "lodge_with_faults", "lodge_with_another", "lodge_late", "ask", "reply", "decide",
    )  # fmt: skip

    def prepare(self) -> None:
        """Write the declaration without its faults; its limit is two hours before arrival."""
        self.document = msgspec.structs.replace(
            stories.tiles(self.stage.at),
            lrn=self.lrn("RF-S3"),
            carrier=Party(identifier=papers.CARRIER),
        )

    def lodge_with_faults(self) -> None:
        """1: nobody to notify, items numbered 1 and 3, a mass with a leading zero: IE316."""
        edits = (
            remove("NOTPAR670"),
            stories.third_item_number,
            write("GOOITEGDS/GroMasGDS46", "09400"),
        )
        self.first = self.stage.send(papers.FORWARDER, edited(self._xml(), edits))

    def lodge_with_another(self) -> None:
        """2: the same LRN again, packages without a number and without their partner: IE316."""
        self.stage.wait(minutes=40)
        edits = (write("GOOITEGDS/PACGS2/NumOfPacGS24", "0"),)
        self.second = self.stage.send(papers.FORWARDER, edited(self._xml(), edits))

    def lodge_late(self) -> None:
        """3: right at last, 25 minutes after the limit: IE328, and the flag late."""
        self.stage.wait(minutes=55)
        self.third = self.stage.declare(papers.FORWARDER, self.document)
        self.mrn = self.stage.mrn(self.third)

    def ask(self) -> None:
        """3: the description says too little: one question to who lodged, by the portal."""
        self.stage.wait(minutes=20)
        self.stage.ask(
            self.mrn,
            "RFI-01",
            "Please describe the goods.",
            note="The description says too little.",
        )

    def reply(self) -> None:
        """3: the forwarder says what it is."""
        self.stage.wait(minutes=10)
        self.stage.reply(self.mrn, "Ceramic floor tiles, glazed.", by="rijnmond")

    def decide(self) -> None:
        """3: the answer is enough; nothing to be done."""
        self.stage.wait(minutes=5)
        self.stage.decide(
            self.mrn, "no_further_action", "NFA-02", note="Tiles, as the forwarder answered."
        )

    def lodge_again(self) -> None:
        """Afterwards: the LRN of an accepted declaration is refused."""
        self.again = self.stage.declare(papers.FORWARDER, self.document)

    def _xml(self) -> bytes:
        return write_declaration(self.document, self.stage.envelope(papers.FORWARDER))
