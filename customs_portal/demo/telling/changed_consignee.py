"""Story 4: the consignee that changed."""

from datetime import timedelta
from decimal import Decimal

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.document import Document, Party

SHIP = "4000010"
CONTAINER = "DMOU1000035"


class ChangedConsignee(Story):
    """P1, deep sea, Shanghai to Rotterdam: amended while an officer reads."""

    number = 4
    title = "The consignee that changed"
    span = timedelta(days=12)
    STEPS = (
        "lodge_series",
        "lodge",
        "amend_late",
        "dismiss_match",
        "select_in_secret",
        "arrive",
        "scan",
        "let_go",
    )

    def prepare(self) -> None:
        """Write the declaration, the fourth of a series whose masses stay under a threshold."""
        self.voyage = papers.Voyage(
            ship=SHIP,
            number="051E",
            loading="CNSHG",
            arrives=self.stage.at + timedelta(days=10),
        )
        self.document = self._declaration(4, CONTAINER)
        self.control = 0
        self.revision = 0

    def _declaration(self, number: int, container: str) -> Document:
        goods = papers.Goods(
            description="LED lamps",
            code="940511",
            mass=240,
            count=60,
            bill=f"NKL773{number}",
            container=container,
        )
        return papers.declaration(
            self.lrn(f"NKL-S4{number}"),
            self.voyage,
            goods,
            at=self.stage.at,
            declarant=papers.CARRIER,
            consignor=SHANGHAI,
            consignee=Party(identifier="NL900000101"),
        )

    def lodge_series(self) -> None:
        """Before: three like it within days."""
        for number, container in enumerate(SERIES, start=1):
            sent = self.stage.declare(papers.CARRIER, self._declaration(number, container))
            self.stage.decide(
                self.stage.mrn(sent), "no_further_action", "NFA-01", note="Part of a groupage box."
            )

    def lodge(self) -> None:
        """1: version 1, in a series just under a reporting threshold."""
        self.mrn = self.stage.mrn(self.stage.declare(papers.CARRIER, self.document))
        self.revision = self.stage.case(self.mrn).revision

    def amend_late(self) -> None:
        """1: ninety minutes before the window ends IE313 changes consignee and mass: IE304."""
        self.stage.wait(hours=22, minutes=30)
        changed = papers.with_goods(
            papers.amendment(self.document, self.mrn, at=self.stage.at, consignee=OTHER_CONSIGNEE),
            gross_mass=Decimal(9400),
        )
        self.amendment = self.stage.declare(papers.CARRIER, changed)

    def dismiss_match(self) -> None:
        """2: the new consignee is like a listed name; the same town, another firm."""
        self.stage.wait(minutes=20)
        self.stage.dismiss(self.mrn, "The same town, another firm in the register.", days=180)

    def select_in_secret(self) -> None:
        """2: the change shortly before the limit is taken seriously: a scan, not announced."""
        self.stage.wait(minutes=10)
        self.control = self.stage.decide(
            self.mrn,
            "control",
            "CTL-02",
            note="Consignee and mass changed shortly before the limit.",
            subject="equipment",
            reference=CONTAINER,
            place=papers.ROTTERDAM,
        )

    def arrive(self) -> None:
        """3: nothing was told until now; the ship comes."""
        self.stage.wait(days=9)
        envelope = self.stage.envelope(papers.CARRIER)
        self.arrival = self.stage.send(
            papers.CARRIER, papers.arrival(self.voyage, [self.mrn], envelope)
        )

    def scan(self) -> None:
        """3: the scan finds what is declared."""
        self.stage.wait(hours=1)
        self.stage.present(self.mrn)
        self.stage.control(
            self.control, type_="CTL-02", objects=CONTAINER, announce=True, by="anna"
        )
        self.stage.found(self.control, "RES-01", method="Scan", finding="", by="bram")

    def let_go(self) -> None:
        """3: released after a control without remark."""
        self.stage.wait(minutes=10)
        self.stage.release(self.mrn, "REL-02")


SERIES = ("DMOU1000190", "DMOU1000204", "DMOU1000210")
SHANGHAI = Party(
    name="Shanghai Huamei Trading Co Ltd",
    street="88 Pudong South Road",
    postcode="200120",
    city="Shanghai",
    country="CN",
)
OTHER_CONSIGNEE = Party(
    name="Zuyderlicht Lampen Imports BV",
    street="Merwedestraat 30",
    postcode="3313 CS",
    city="Dordrecht",
    country="NL",
)
"""Like a firm of the same town in the demo's list of watched names."""
