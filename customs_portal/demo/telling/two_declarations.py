"""Story 6: two declarations for one bill."""

from datetime import timedelta

import msgspec

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.document import Document, Party

SHIP = "4000022"
CONTAINER = "DMOU1000040"
BILL = "NKL7781"
_DESCRIPTIONS = ("Bananas, Cavendish, in boxes", "Reefer cargo, temperature set 13 degrees")
"""What a forwarder says of the goods, and what the carrier says."""


class TwoDeclarations(Story):
    """P1, deep sea: a forwarder and the carrier declare the same bill; the carrier's counts."""

    number = 6
    title = "Two declarations, one bill"
    span = timedelta(hours=6)
    STEPS = ("lodge_forwarder", "lodge_carrier", "amend_in_vain", "ask", "reply", "decide")

    def prepare(self) -> None:
        """Write what the forwarder declares; the carrier says less of the goods."""
        self.voyage = papers.Voyage(
            ship=SHIP,
            number="220W",
            loading="ECGYE",
            arrives=self.stage.at + timedelta(days=12),
        )
        self.document = self.declaration(papers.FORWARDER, BILL, CONTAINER, self.voyage)
        self.loser = ""

    def declaration(
        self, filer: str, bill: str, container: str, voyage: papers.Voyage, **more: object
    ) -> Document:
        """Return the declaration of a filer for a bill on a voyage."""
        goods = papers.Goods(
            description=_DESCRIPTIONS[filer == papers.CARRIER],
            code=None if filer == papers.CARRIER else "080390",
            mass=20800,
            count=1080,
            bill=bill,
            container=container,
        )
        named = {} if filer == papers.CARRIER else {"carrier": Party(identifier=papers.CARRIER)}
        return papers.declaration(
            self.lrn(f"S6{filer[-2:]}{bill[-2:]}"),
            voyage,
            goods,
            at=self.stage.at,
            declarant=filer,
            consignor=GUAYAQUIL,
            consignee=Party(identifier="NL900000033"),
            **(named | more),
        )

    def lodge_forwarder(self) -> None:
        """1: 09:00, the forwarder, with a hit."""
        self.loser = self.stage.mrn(self.stage.declare(papers.FORWARDER, self.document))

    def lodge_carrier(self) -> None:
        """1: 10:30, the carrier itself; all keys are equal, its own declaration counts."""
        self.stage.wait(minutes=90)
        document = self.declaration(papers.CARRIER, BILL, CONTAINER, self.voyage)
        self.mrn = self.stage.mrn(self.stage.declare(papers.CARRIER, document))

    def amend_in_vain(self) -> None:
        """3: the forwarder amends what no longer counts: IE305 with code 2."""
        self.stage.wait(minutes=10)
        changed = papers.amendment(self.document, self.loser, at=self.stage.at)
        self.amendment = self.stage.declare(papers.FORWARDER, changed)

    def ask(self) -> None:
        """2: the carrier is asked, whose declaration counts."""
        self.stage.wait(minutes=10)
        self.stage.ask(
            self.mrn,
            "RFI-01",
            "Please describe the goods and give their code.",
            note="The forwarder's declaration, which no longer counts, said more.",
        )

    def reply(self) -> None:
        """2: the carrier answers."""
        self.stage.wait(minutes=20)
        self.stage.reply(self.mrn, "Fresh bananas, Cavendish, 0803 90.", by="noordkade")

    def decide(self) -> None:
        """2: what was found of the forwarder's declaration is decided on the carrier's."""
        self.stage.wait(minutes=10)
        self.stage.decide(
            self.mrn,
            "no_further_action",
            "NFA-02",
            note="The carrier confirms what the forwarder declared; weekly trade.",
        )

    def lodge_other_ship(self) -> str:
        """Return the MRN of a declaration with the same bill number on another ship."""
        voyage = msgspec.structs.replace(self.voyage, ship="4000034")
        document = self.declaration("NL900000033", BILL, "DMOU1000143", voyage)
        return self.stage.mrn(self.stage.declare("NL900000033", document))


GUAYAQUIL = Party(
    name="Exportadora del Guayas SA",
    street="Malecon Simon Bolivar 100",
    postcode="090313",
    city="Guayaquil",
    country="EC",
)
