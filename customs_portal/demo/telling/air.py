"""Story 8: a house by air, from the filing before loading to its release."""

from datetime import timedelta
from typing import Any

from customs_portal.accounts.models import Operator
from customs_portal.demo.telling import chance, filings
from customs_portal.demo.telling.filings import AIRLINE, SCHIPHOL
from customs_portal.demo.telling.papers import FORWARDER
from customs_portal.demo.telling.story import Story
from declarations.mrn import make_filing_mrn
from messaging.models import Subscription
from risk.models import Case

HOUSE, MASTER = "DAC-55012", "999-12345675"
FLIGHT = "DC0417"
SAMPLE = "RND-02"
SHENZHEN = ("CN", "Shenzhen", "518128", "Hangcheng Road", "7")
UTRECHT = ("NL", "Utrecht", "3542AD", "Atoomweg", "63")
COMMODITY = "/IE3F24/consignmentMasterLevel/consignmentHouseLevel/goodsItem/commodity"
WORDS, CODE = "Portable speaker with lithium ion battery", "851822"


class WholeAirWay(Story):
    """ICS2, F24, F22 and F21, Shenzhen to Amsterdam: asked, screened, amended, linked, released."""

    number = 8
    title = "Air, the whole way"
    span = timedelta(days=6)
    STEPS = (
        "lodge",
        "ask",
        "reply",
        "ask_for_screening",
        "screen",
        "ask_for_amendment",
        "amend",
        "conclude",
        "lodge_house",
        "lodge_master",
        "decide",
        "arrive",
        "look",
        "let_go",
    )

    def prepare(self) -> None:
        """Agree on the flight and on who is told what of it."""
        self.takes_off = self.stage.at + timedelta(hours=20)
        self.arrives = self.stage.at + timedelta(hours=32)
        self.shipment: filings.Changes = {
            "transportDocumentHouseLevel/documentNumber": HOUSE,
            "transportDocumentMasterLevel/documentNumber": MASTER,
            "placeOfAcceptance/UNLOCODE": "CNSZX",
            "placeOfLoading/UNLOCODE": "CNSZX",
            "placeOfUnloading/UNLOCODE": "NLAMS",
            "placeOfDelivery/UNLOCODE": "NLAMS",
            "consignor": filings.party("Bao'an Sound Works Ltd", *SHENZHEN),
            "consignee": filings.party("Klankhuis Utrecht BV", *UTRECHT),
            "carrier/identificationNumber": AIRLINE,
            "carrier/name": "Delta Air Cargo NV",
            "supplementaryDeclarant/identificationNumber": FORWARDER,
            "conveyanceReferenceNumber": FLIGHT,
            "customsOfficeOfFirstEntry/referenceNumber": SCHIPHOL,
            **filings.times(self.takes_off, self.arrives),
            **filings.amounts(310, 40),
            **filings.goods(WORDS, CODE),
        }
        self.house = self.master = ""
        self.control = 0

    def lodge(self) -> None:
        """1: F24, registered and judged before loading: battery words without a UN number."""
        airline = Operator.objects.get(eori=AIRLINE)
        for kind in ("IE3N03", "IE3N04", "IE3N05"):
            Subscription.objects.get_or_create(operator=airline, kind=kind)
        self.mrn = self._filed("IE3F24", "RF-S8A", FORWARDER)

    def ask(self) -> None:
        """1: RFI: IE3Q02 to the forwarder, a copy to the airline; the clock stands still."""
        self.stage.wait(minutes=10)
        self._ask(
            "rfi",
            "RFI-06",
            question="Are cells inside, and how are they packed?",
            note="Battery words.",
        )

    def reply(self) -> None:
        """2: IE3R02."""
        self.stage.wait(minutes=50)
        self.asked = self.stage.asked_by(self.mrn)
        text = "With cells, packed with equipment."
        at = self.stage.at
        self.stage.send(
            FORWARDER, filings.information(self.mrn, self.asked, text, by=FORWARDER, at=at)
        )

    def ask_for_screening(self) -> None:
        """2: the officer is not content: RFS, IE3Q03 and a copy."""
        self.stage.wait(minutes=10)
        self._ask(
            "rfs",
            "RFS-01",
            note="The packing is not proved.",
            methods=("XRY", "EDD"),
            subject="consignment",
            reference=f"N703/{HOUSE}",
        )

    def screen(self) -> None:
        """2: IE3R03, no alarm."""
        self.stage.wait(hours=2)
        reference = self.stage.asked_by(self.mrn)
        at = self.stage.at
        self.stage.send(
            FORWARDER, filings.screening(self.mrn, reference, HOUSE, by=FORWARDER, at=at)
        )

    def ask_for_amendment(self) -> None:
        """2: the UN number is to be added."""
        self.stage.wait(minutes=10)
        self._ask(
            "amd",
            "AMD-01",
            question="Please add the UN number.",
            elements=(f"{COMMODITY}/dangerousGoods/UNNumber",),
            note="As answered.",
        )

    def amend(self) -> None:
        """2: IE3A24 with UN 3481: IE3N10, judged again."""
        self.stage.wait(minutes=30)
        said = self._said("RF-S8A", FORWARDER)
        self.shipment = {**self.shipment, **filings.goods(WORDS, CODE, "3481")}
        said = {**said, **self.shipment, "MRN": self.mrn}
        self.amendment = self.stage.send(FORWARDER, filings.paper("IE3A24", said, at=self.stage.at))

    def conclude(self) -> None:
        """2: nothing that matters is left: IE3N03."""
        if Case.objects.open().filter(ens__mrn=self.mrn).exists():
            self.stage.wait(minutes=10)
            self.stage.decide(self.mrn, "no_further_action", "NFA-02", note="Screened.", by="roos")

    def lodge_house(self) -> None:
        """3: F22 comes before its master."""
        self.stage.wait(hours=12)
        self.house = self._filed("IE3F22", "RF-S8B", FORWARDER)

    def lodge_master(self) -> None:
        """3: F21: linked and complete; chance selects the whole."""
        self.stage.wait(hours=6)
        at = self.stage.at
        chance.skip_to_selected(
            SAMPLE, lambda number: make_filing_mrn(country="NL", number=number, at=at)
        )
        self.master = self._filed("IE3F21", "DA-S8", AIRLINE)

    def decide(self) -> None:
        """3: a control on arrival; IE3N03 for each filing, as always."""
        if Case.objects.open().filter(ens__mrn=self.master).exists():
            self.stage.wait(minutes=20)
            self.control = self.stage.decide(
                self.master,
                "control",
                "CTL-03",
                note="Selected by chance.",
                place=SCHIPHOL,
                by="chris",
            )

    def arrive(self) -> None:
        """4: IE3N06 by flight and date: IE3R04; presented."""
        late = timedelta(minutes=25)
        self.stage.wait(seconds=(self.arrives + late - self.stage.at).total_seconds())
        flight = {
            "identificationNumber": None,
            "typeOfIdentification": None,
            "ModeOfTransport": "4",
            "conveyanceReferenceNumber": FLIGHT,
        }
        said: filings.Changes = {
            "LRN": self.lrn("DA-S8Z"),
            "activeBorderTransportMeans": flight,
            "actualCustomsOfficeOfFirstEntry/referenceNumber": SCHIPHOL,
        }
        notice = filings.arrival(said, by=AIRLINE, late=late, at=self.stage.at)
        self.arrival = self.stage.send(AIRLINE, notice)
        self.stage.wait(minutes=40)
        self.stage.present(self.master, by="chris")

    def look(self) -> None:
        """4: the control is told by IE3N08 and finds what was declared."""
        if self.control:
            self.stage.control(
                self.control, type_="CTL-03", objects="40 cartons", announce=True, by="chris"
            )
            self.stage.found(
                self.control, "RES-01", method="Opened", finding="As declared.", by="chris"
            )

    def let_go(self) -> None:
        """4: released."""
        self.stage.wait(minutes=10)
        self.stage.release(self.master, "REL-01", by="chris")

    def _said(self, prefix: str, declarant: str) -> filings.Changes:
        name = Operator.objects.get(eori=declarant).name
        return {
            **self.shipment,
            "LRN": self.lrn(prefix),
            "declarant/identificationNumber": declarant,
            "declarant/name": name,
        }

    def _filed(self, message: str, prefix: str, declarant: str) -> str:
        body = filings.paper(message, self._said(prefix, declarant), at=self.stage.at)
        return self.stage.mrn(self.stage.send(declarant, body))

    def _ask(self, verb: str, reason: str, **more: Any) -> None:
        self.stage.decide(self.mrn, verb, reason, by="roos", hours=4, **more)
