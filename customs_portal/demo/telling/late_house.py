"""Story 10: a master by sea whose house comes late, and is not to be loaded."""

from datetime import timedelta
from uuid import UUID

from customs_portal.accounts.models import Operator
from customs_portal.demo.telling import filings
from customs_portal.demo.telling.papers import CARRIER, FORWARDER
from customs_portal.demo.telling.story import Story
from risk.services.sign import sign

MASTER, HOUSE = "NKL9004", "RF-H9004"
CONTAINER = "DMOU1000061"
NOORD_DANA = "4000046"
NINGBO = ("CN", "Ningbo", "315040", "Zhongshan Road", "118")
ARNHEM = ("NL", "Arnhem", "6827AT", "Driepoortenweg", "22")
PRECURSOR = filings.goods("Cleaning agent, oxidizing", "283719", "1479")


class LateHouse(Story):
    """ICS2, F12 and F15, Ningbo to Rotterdam: asked for, linked, not loaded, withdrawn."""

    number = 10
    title = "One house is late"
    span = timedelta(days=12)
    STEPS = (
        "lodge_master",
        "wait_for_house",
        "consider",
        "lodge_house",
        "propose",
        "sign",
        "withdraw",
        "withdraw_master",
    )

    def prepare(self) -> None:
        """Agree on the ship and the box."""
        leaves = self.stage.at + timedelta(days=2)
        self.shipment: filings.Changes = {
            "transportDocumentMasterLevel/documentNumber": MASTER,
            "transportDocumentHouseLevel/documentNumber": HOUSE,
            "activeBorderTransportMeans/identificationNumber": NOORD_DANA,
            "nationality": "NL",
            "placeOfAcceptance/UNLOCODE": "CNNBG",
            "placeOfLoading/UNLOCODE": "CNNBG",
            "consignor": filings.party("Beilun Wash Chemicals Ltd", *NINGBO),
            "seller": filings.party("Beilun Wash Chemicals Ltd", *NINGBO),
            "consignee": filings.party("Gelre Reiniging BV", *ARNHEM),
            "buyer": filings.party("Gelre Reiniging BV", *ARNHEM),
            "carrier/identificationNumber": CARRIER,
            "carrier/name": "Noordkade Lines BV",
            "supplementaryDeclarant/identificationNumber": FORWARDER,
            "containerIndicator": "1",
            **filings.times(leaves, leaves + timedelta(days=30)),
            **filings.amounts(14000, 560),
        }
        self.house = ""
        self.measure = 0

    def lodge_master(self) -> None:
        """1: F12 by the carrier, which says little of the goods: the ENS is forming."""
        said = {**self.shipment, **filings.goods("Cleaning agent", "340250")}
        boxed = filings.boxed("consignmentMasterLevel", CONTAINER)
        self.mrn = self._filed("IE3F12", "NK-S10", CARRIER, {**said, **boxed})

    def wait_for_house(self) -> None:
        """1: a quarter of the window is over: IE3N02 to the carrier, IE3N11 to the forwarder."""
        self.stage.wait(hours=6, minutes=5)

    def consider(self) -> None:
        """1: half of it is over: analysed with what is there."""
        self.stage.wait(hours=5, minutes=55)

    def lodge_house(self) -> None:
        """2: the house comes late, and says more: linked, complete, a precursor."""
        self.stage.wait(hours=8)
        boxed = filings.boxed("consignmentHouseLevel", CONTAINER)
        said = {**self.shipment, **PRECURSOR, **boxed}
        self.house = self._filed("IE3F15", "RF-S10", FORWARDER, said)

    def propose(self) -> None:
        """3: there is no time for a question; an officer proposes not to load the box."""
        self.stage.wait(hours=2)
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
        """3: another officer signs inside the window: IE3Q01."""
        self.stage.wait(minutes=30)
        self.stage.done(sign, self.stage.case(self.mrn).pk, "bram")

    def withdraw(self) -> None:
        """4: the forwarder withdraws the house: IE3R07."""
        self.stage.wait(hours=20)
        self.withdrawal = self._withdrawn(self.house, FORWARDER)

    def withdraw_master(self) -> None:
        """4: the carrier, which sails without the box, withdraws its filing as well."""
        self.stage.wait(hours=4)
        self._withdrawn(self.mrn, CARRIER)

    def _withdrawn(self, mrn: str, declarant: str) -> UUID:
        said = {"MRN": mrn, "declarant/identificationNumber": declarant}
        body = filings.paper("IE3Q04", said, at=self.stage.at)
        return self.stage.send(declarant, body)

    def _filed(self, message: str, prefix: str, declarant: str, said: filings.Changes) -> str:
        name = Operator.objects.get(eori=declarant).name
        own = {
            "LRN": self.lrn(prefix),
            "declarant/identificationNumber": declarant,
            "declarant/name": name,
        }
        body = filings.paper(message, {**said, **own}, at=self.stage.at)
        return self.stage.mrn(self.stage.send(declarant, body))
