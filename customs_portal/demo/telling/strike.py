"""Story 5: a strike; a ship goes to Antwerp instead of Rotterdam."""

from datetime import timedelta
from uuid import UUID

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.document import Document, Party
from declarations.mrn import make_mrn

NOORD_DANA = "4000046"
NOORD_EBBE = "4000058"
BOXES = ("DMOU1000056", "DMOU1000061", "DMOU1000225")


class Strike(Story):
    """P1, Santos to Rotterdam: IE323 and IE325, IE301, IE302 and IE303; and a needless IE323."""

    number = 5
    title = "The strike"
    span = timedelta(days=10)
    STEPS = ("lodge", "recommend", "divert", "answer_belgium", "amend_in_vain", "divert_in_vain")

    def prepare(self) -> None:
        """Write three declarations of two filers; only Rotterdam is declared."""
        arrives = self.stage.at + timedelta(days=9)
        self.voyage = papers.Voyage(
            ship=NOORD_DANA, number="808N", loading="BRSSZ", arrives=arrives
        )
        self.second = papers.Voyage(
            ship=NOORD_EBBE,
            number="809N",
            loading="BRSSZ",
            arrives=arrives,
            then=(papers.ANTWERP,),
        )
        self.mrns: list[str] = []
        self.belgium = self.stage.administration("BE")

    def _document(self, number: int, voyage: papers.Voyage, filer: str) -> Document:
        goods = papers.Goods(
            description="Green coffee, not roasted" if number == 0 else "Orange juice, frozen",
            code="090111" if number == 0 else "200911",
            mass=19200,
            count=320,
            kind="BG" if number == 0 else "DR",
            bill=f"NKL774{number}",
            container=BOXES[number % 3],
        )
        more: dict[str, object] = {} if number else {"seals": ()}
        if filer != papers.CARRIER:
            more["carrier"] = Party(identifier=papers.CARRIER)
        return papers.declaration(
            self.lrn(f"S5{number}"),
            voyage,
            goods,
            at=self.stage.at,
            declarant=filer,
            consignor=SANTOS,
            consignee=Party(identifier="NL900000101"),
            **more,
        )

    def lodge(self) -> None:
        """Before: three declarations of the carrier and of a forwarder."""
        filers = (papers.CARRIER, papers.CARRIER, papers.FORWARDER)
        documents = [self._document(n, self.voyage, filer) for n, filer in enumerate(filers)]
        pairs = zip(filers, documents, strict=True)
        sent = [self.stage.declare(filer, each) for filer, each in pairs]
        self.documents, self.mrns = documents, [self.stage.mrn(each) for each in sent]
        self.mrn = self.mrns[0]

    def recommend(self) -> None:
        """Before: a scan is recommended for one of them."""
        self.stage.wait(hours=3)
        self.stage.decide(
            self.mrn,
            "control",
            "CTL-02",
            note="No seal is declared.",
            subject="equipment",
            reference=BOXES[0],
            place=papers.ROTTERDAM,
        )

    def divert(self) -> None:
        """1 and 2: IE323 by entry key, IE325; three IE301 to Belgium."""
        self.stage.wait(days=7)
        envelope = self.stage.envelope(papers.CARRIER)
        body = papers.diversion(self.voyage, envelope, reference="STRIKE-1", to=papers.ANTWERP)
        self.diversion = self.stage.send(papers.CARRIER, body)

    def answer_belgium(self) -> None:
        """3: Belgium asks for two more that the arrival named; one of them is nobody's."""
        self.stage.wait(days=2)
        self.nobodys = make_mrn(office=papers.ROTTERDAM, number=36**6, at=self.stage.at)
        self.request = self._ask([self.mrns[1], self.nobodys], "BE-5")

    def amend_in_vain(self) -> None:
        """4: an amendment at the office that was left: IE305 with code 4."""
        self.stage.wait(hours=1)
        changed = papers.amendment(self.documents[1], self.mrns[1], at=self.stage.at)
        self.amendment = self.stage.declare(papers.CARRIER, changed)

    def divert_in_vain(self) -> None:
        """5: another ship drops Rotterdam; Antwerp is declared already: IE324."""
        document = self._document(4, self.second, papers.CARRIER)
        self.other = self.stage.mrn(self.stage.declare(papers.CARRIER, document))
        envelope = self.stage.envelope(papers.CARRIER)
        body = papers.diversion(self.second, envelope, reference="STRIKE-2", to=papers.ANTWERP)
        self.needless = self.stage.send(papers.CARRIER, body)
        self.rest = self._ask([self.other], "BE-6")

    def _ask(self, mrns: list[str], reference: str) -> UUID:
        envelope = self.stage.envelope("NTA.BE")
        body = papers.declarations_request(
            mrns, envelope, reference=reference, office=papers.ANTWERP
        )
        return self.stage.send(self.belgium, body)


SANTOS = Party(
    name="Santos Agricola Ltda",
    street="Rua do Porto 55",
    postcode="11010-000",
    city="Santos",
    country="BR",
)
