"""Story 7: a truck on a ferry, declared too late for the ferry."""

from datetime import timedelta

from customs_portal.demo.telling import chance, papers
from customs_portal.demo.telling.story import Story
from declarations.document import Means, Party
from declarations.mrn import make_mrn
from risk.models import Case

FERRY = "4000060"
HAULIER = "GB900000100000"
HOOK = "NL000510"
PLATE = "FN24 HUL"
SAMPLE = "RND-01"


class LateTruck(Story):
    """P1, mode 10, Harwich to Hook of Holland: the limit of the ferry, a control of papers."""

    number = 7
    title = "The late truck"
    span = timedelta(hours=4)
    STEPS = ("lodge", "decide", "look_at_papers", "let_go")

    def prepare(self) -> None:
        """Write the declaration of a haulier for its own truck."""
        self.voyage = papers.Voyage(
            ship=FERRY,
            number="HH0700",
            loading="GBHRW",
            arrives=self.stage.at + timedelta(minutes=70),
            mode="10",
            office=HOOK,
            unloading="NLHVH",
        )
        goods = papers.Goods(
            description="Cheese, cheddar, in blocks",
            code="040690",
            mass=9600,
            count=12,
            kind="PX",
            bill="CMR-88121",
        )
        self.document = papers.declaration(
            self.lrn("FH-S7"),
            self.voyage,
            goods,
            at=self.stage.at,
            declarant=HAULIER,
            consignor=Party(identifier=HAULIER),
            consignee=Party(identifier="NL900000101"),
            means=Means(identification=PLATE, nationality="GB"),
        )
        self.control = 0

    def lodge(self) -> None:
        """1: registered, late by 50 minutes: the limit is that of the ferry, two hours."""
        at = self.stage.at
        chance.skip_to_selected(SAMPLE, lambda number: make_mrn(office=HOOK, number=number, at=at))
        self.mrn = self.stage.mrn(self.stage.declare(HAULIER, self.document))

    @property
    def is_selected(self) -> bool:
        """Whether chance selected the truck; nobody outside can foresee that."""
        return Case.objects.open().filter(ens__mrn=self.mrn).exists()

    def decide(self) -> None:
        """2: the ferry desk wants to see the papers, and says so."""
        if self.is_selected:
            self.stage.wait(minutes=10)
            self.control = self.stage.decide(
                self.mrn,
                "control",
                "CTL-01",
                note="Selected by chance.",
                place=HOOK,
                announce=True,
                by="bram",
            )

    def look_at_papers(self) -> None:
        """2: the ferry is in; the invoice comes as a photograph and is right."""
        self.stage.wait(minutes=60)
        envelope = self.stage.envelope(HAULIER)
        self.arrival = self.stage.send(HAULIER, papers.arrival(self.voyage, [self.mrn], envelope))
        self.stage.present(self.mrn, by="bram")
        if self.control:
            self.stage.control(
                self.control, type_="CTL-01", objects="Invoice", announce=True, by="bram"
            )
            self.stage.photograph(self.control, "invoice.png", by="bram")
            self.stage.found(self.control, "RES-01", method="Invoice read", finding="", by="bram")

    def let_go(self) -> None:
        """2: released."""
        self.stage.wait(minutes=5)
        self.stage.release(self.mrn, "REL-01", by="bram")
