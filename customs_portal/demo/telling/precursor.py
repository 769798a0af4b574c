"""Story 2: a precursor to a firm without a licence is not to be loaded."""

from datetime import timedelta

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.document import Party
from declarations.models import Measure
from messaging.undelivered import record_call
from risk.services.sign import sign

CONTAINER = "DMOU1000020"
NOORD_BORA = "4000022"


class Precursor(Story):
    """P1, deep sea, Karachi to Rotterdam: two signatures, IE351 to two, IE319 to Germany."""

    number = 2
    title = "Do not load"
    span = timedelta(days=19)
    STEPS = ("lodge", "propose", "sign", "amend_in_vain", "sail_without")

    def prepare(self) -> None:
        """Write the declaration of a forwarder for a connected carrier."""
        self.voyage = papers.Voyage(
            ship=NOORD_BORA,
            number="219W",
            loading="PKBQM",
            arrives=self.stage.at + timedelta(days=15),
            then=("DE004600",),
        )
        goods = papers.Goods(
            description="Calcium ammonium mixture, technical",
            code="310230",
            mass=18000,
            count=720,
            kind="BG",
            bill="NKL7720",
            container=CONTAINER,
            un_number="1942",
        )
        self.document = papers.declaration(
            self.lrn("RF-S2"),
            self.voyage,
            goods,
            at=self.stage.at,
            declarant=papers.FORWARDER,
            carrier=Party(identifier=papers.CARRIER),
            consignor=KARACHI,
            consignee=Party(identifier="NL900000044"),
        )
        self.measure = 0

    def lodge(self) -> None:
        """1: IE328 to the forwarder, a copy to the carrier; 24 hours run."""
        self.mrn = self.stage.mrn(self.stage.declare(papers.FORWARDER, self.document))

    def propose(self) -> None:
        """2: after a word with the specialist, an officer proposes not to load."""
        self.stage.wait(hours=3)
        self.measure = self.stage.decide(
            self.mrn,
            "do_not_load",
            "DNL-03",
            note="Precursor, no licence; the specialist on duty agrees.",
            subject="equipment",
            reference=CONTAINER,
            announce=True,
        )

    def sign(self) -> None:
        """2 and 3: another officer signs; IE351 to forwarder and carrier, IE319 to Germany."""
        self.stage.wait(hours=1)
        self.stage.offline.add(papers.CARRIER)
        self.stage.done(sign, self.stage.case(self.mrn).pk, "bram")

    def amend_in_vain(self) -> None:
        """4: IE313 comes too late, for the instruction has been announced: IE305 with code 9."""
        self.stage.wait(minutes=5)
        changed = papers.with_goods(
            papers.amendment(self.document, self.mrn, at=self.stage.at), un_number=None
        )
        self.amendment = self.stage.declare(papers.FORWARDER, changed)

    def sail_without(self) -> None:
        """4 and 5: the carrier is called; three days after the ship it has been obeyed."""
        self.stage.wait(minutes=15)
        spoken = "Duty desk of the carrier, Mr Smit: the box stays in Karachi."
        self.stage.done(record_call, self.stage.case(self.mrn).pk, "anna", note=spoken)
        self.stage.offline.clear()
        self.stage.wait(days=18, hours=4)

    def came_all_the_same(self) -> None:
        """5, otherwise told: the box is aboard; held, to be controlled, an infringement."""
        self.stage.offline.clear()
        self.stage.wait(days=15)
        envelope = self.stage.envelope(papers.CARRIER)
        self.arrival = self.stage.send(
            papers.CARRIER, papers.arrival(self.voyage, [self.mrn], envelope)
        )
        self.stage.wait(minutes=1)

    def followed_by(self) -> list[Measure]:
        """Return the measures that follow from the instruction."""
        return list(Measure.objects.filter(caused_by=self.measure).order_by("pk"))


KARACHI = Party(
    name="Indus Valley Chemicals Pvt Ltd",
    street="Plot 14, Port Road",
    postcode="74000",
    city="Karachi",
    country="PK",
)
