"""Story 12: nothing declared."""

from datetime import timedelta

import msgspec

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.arrivals import Reported
from declarations.document import Document, Party
from declarations.models import Arrival, ArrivalLine, Infringement
from declarations.mrn import make_mrn
from declarations.services.found import FoundGoods, report_found
from declarations.services.infringements import Step, take_steps
from declarations.services.unmatched import Waiver, waive

NOORD_FJORD = "4001777"
LE_HAVRE = "FR002300"
UNDECLARED, EMPTY = "DMOU1000101", "DMOU1000117"


class NothingDeclared(Story):
    """P1, sea: goods without a declaration, a waiver, a declaration after arrival, a penalty."""

    number = 12
    title = "Nothing declared"
    span = timedelta(days=4)
    STEPS = (
        "lodge",
        "arrive",
        "answer_of_france",
        "find_boxes",
        "waive",
        "declare_late",
        "let_go",
        "penalise",
    )

    def prepare(self) -> None:
        """Write the two declarations of the ship; the cargo of one of them was rolled."""
        self.voyage = papers.Voyage(
            ship=NOORD_FJORD,
            number="049E",
            loading="TRMER",
            arrives=self.stage.at + timedelta(hours=20),
        )
        self.rolled = ""
        self.france = self.stage.administration("FR")
        self.foreign = make_mrn(office=LE_HAVRE, number=36**6 + 12, at=self.stage.at)
        le_havre = msgspec.structs.replace(self.voyage, office=LE_HAVRE, unloading="FRLEH")
        self.elsewhere = self._document(4, "DMOU1000185", le_havre)

    def _document(
        self, number: int, container: str, voyage: papers.Voyage | None = None
    ) -> Document:
        goods = papers.Goods(
            description="Ceramic floor tiles, glazed",
            code="690721",
            mass=19400,
            count=40,
            bill=f"NKL812{number}",
            container=container,
        )
        return papers.declaration(
            self.lrn(f"NKL-S12{number}"),
            voyage or self.voyage,
            goods,
            at=self.stage.at,
            declarant=papers.CARRIER,
            consignor=MERSIN,
            consignee=Party(identifier="NL900000101"),
        )

    def lodge(self) -> None:
        """Before: two declarations without a hit."""
        found = [
            self.stage.mrn(self.stage.declare(papers.CARRIER, self._document(number, container)))
            for number, container in ((1, "DMOU1000164"), (2, "DMOU1000170"))
        ]
        self.mrn, self.rolled = found

    def arrive(self) -> None:
        """UK347A: one declaration of ours, one of France; UK348A."""
        self.stage.wait(hours=20)
        envelope = self.stage.envelope(papers.CARRIER)
        body = papers.arrival(self.voyage, [self.mrn, self.foreign], envelope)
        self.arrival = self.stage.send(papers.CARRIER, body)

    def answer_of_france(self) -> None:
        """1: France gives what it was asked for by IE302; the line has its declaration, no hit."""
        self.stage.wait(minutes=20)
        envelope = self.stage.envelope("NTA.FR")
        body = papers.declaration_given(
            self.stage.asked("FR"), self.foreign, self.elsewhere, envelope
        )
        self.given = self.stage.send(self.france, body)

    def find_boxes(self) -> None:
        """The terminal's list names two boxes more; one is held, one said to be empty."""
        self.stage.wait(hours=1, minutes=40)
        report = FoundGoods(
            arrival=self.means().pk,
            lines=(
                Reported(container=UNDECLARED, description="one box without MRN"),
                Reported(container=EMPTY, description="empty, carrier owned", from_outside=False),
            ),
            note="Discharge list of the terminal.",
        )
        self.stage.done(report_found, report, "anna")

    def waive(self) -> None:
        """2: the empty box needs no declaration."""
        empty = Waiver(line=self.line(EMPTY).pk, waiver="empty_container", note="Seen empty.")
        self.stage.done(waive, empty, "anna")

    def declare_late(self) -> None:
        """3: the carrier declares the held box after arrival; it stays held under its MRN."""
        self.stage.wait(hours=22)
        self.late = self.stage.mrn(
            self.stage.declare(papers.CARRIER, self._document(3, UNDECLARED))
        )

    def let_go(self) -> None:
        """3: nothing against it: the hold is lifted, the goods are released."""
        self.stage.wait(minutes=30)
        [hold] = self.stage.ens(self.late).measures.all()
        self.stage.lift(hold.pk, "HLD-L1", note="Declared and analysed.", by="anna")
        self.stage.present(self.late)
        self.stage.release(self.late, "REL-01")

    def penalise(self) -> None:
        """4 and 5: rolled cargo is no fault; what came undeclared is: a supervisor decides."""
        self.stage.wait(days=2)
        found = Infringement.objects.get(kind="missing", line=self.line(UNDECLARED))
        base = Step(infringement=found.pk, verb="open", note="Box without a declaration.")
        propose = msgspec.structs.replace(base, verb="propose", penalty="Fine of class 2")
        decide = msgspec.structs.replace(base, verb="decide", note="Third in twelve months.")
        for step, by in ((base, "anna"), (propose, "anna"), (decide, "sofie")):
            self.stage.done(take_steps, step, by)

    def means(self) -> Arrival:
        """Return the arrival of the ship."""
        return Arrival.objects.filter(means=self.voyage.ship, lines__mrn=self.mrn).get()

    def line(self, container: str) -> ArrivalLine:
        """Return the line of a box."""
        return self.means().lines.get(container=container)


MERSIN = Party(
    name="Toros Seramik Sanayi AS",
    street="Liman Yolu 7",
    postcode="33020",
    city="Mersin",
    country="TR",
)
