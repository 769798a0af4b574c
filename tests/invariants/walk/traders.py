"""What traders do: declare, amend, divert, arrive, whether they may or not."""

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations.document import Document, Party, Seal
from declarations.models import Ens
from messaging.formats.ics1.writing import write_declaration
from tests.invariants.walk.ground import INDEX, Ground
from tests.messaging.builders import arrival_message, goods_item, minimal_document
from tests.pipeline.conftest import CARRIER, LODGER
from tests.pipeline.test_diversion import request

SHIPS = ("9074729", "9319466")


class Traders(Ground):
    """Messages of two firms."""

    @rule(
        flagged=st.booleans(),
        boxed=st.booleans(),
        bill=st.integers(0, 2),
        ship=st.sampled_from(SHIPS),
        hours=st.sampled_from((1, 5, 30, 300)),
        loading=st.sampled_from(("CNSHA", "TRMER")),
        sender=st.sampled_from((LODGER, CARRIER)),
        lrn=st.integers(0, 9),
    )
    def lodge(
        self,
        *,
        flagged: bool,
        boxed: bool,
        bill: int,
        ship: str,
        hours: int,
        loading: str,
        sender: str,
        lrn: int,
    ) -> None:
        """Lodge a declaration, perhaps with a reference that was used, or for goods of another."""
        item = goods_item(
            commodity_code="080390" if flagged else "690721",
            containers=("CSQU3054383",) if boxed else (),
            documents=(
                msgspec.structs.replace(goods_item().documents[0], reference=f"BILL{bill}"),
            ),
        )
        usual = minimal_document().means
        assert usual is not None
        means = msgspec.structs.replace(usual, identification=ship)
        document = minimal_document(
            (item,),
            lrn=f"LRN{lrn}",
            means=means,
            place_of_loading=loading,
            itinerary=(loading[:2], "NL", "BE"),
            subsequent_offices=("BE101000",),
            expected_arrival=self.at + timedelta(hours=hours),
            declarant=Party(identifier=sender),
            carrier=Party(identifier=CARRIER) if sender == LODGER else None,
        )
        self.send(sender, write_declaration(document, self.envelope(sender)))

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        index=INDEX,
        what=st.sampled_from(("seal", "consignee", "goods", "ship")),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def amend(self, index: int, what: str, sender: str) -> None:
        """Amend a declaration, whoever it is."""
        mrn = self.mrn(index)
        document = self.declared(mrn)
        if document.means is None:
            return
        every: dict[str, dict[str, Any]] = {
            "seal": {"seals": (Seal(identity=self.name()),)},
            "consignee": {"consignee": Party(identifier="NL900000033")},
            "ship": {"means": msgspec.structs.replace(document.means, identification=SHIPS[1])},
            "goods": {"consignments": self.other_goods(document)},
        }
        changes = every[what]
        changed = msgspec.structs.replace(
            document, type="IE313", lrn=None, mrn=mrn, declared_at=self.at, **changes
        )
        self.send(sender, write_declaration(changed, self.envelope(sender)))

    def other_goods(self, document: Document) -> Any:
        """Return other goods under the same bill."""
        [item, *_] = document.items()
        flagged = item.commodity_code == "080390"
        changed = msgspec.structs.replace(item, commodity_code="690721" if flagged else "080390")
        own = msgspec.structs.replace(document.consignments[0], items=(changed,))
        return (own,)

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        index=INDEX,
        by_key=st.booleans(),
        office=st.sampled_from(("BE101000", "FR002730", "NL000510")),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def divert(self, index: int, by_key: bool, office: str, sender: str) -> None:
        """Ask for a diversion, by MRN or by ship and day."""
        ens = Ens.objects.get(mrn=self.mrn(index))
        header = {
            "InfTypHEA122": "1",
            "UniIdeDivHEA132": ens.means,
            "ExpDatArrHEA701": f"{ens.expected_arrival:%Y%m%d}",
            "CouCodOffFirEntDecHEA100": "NL",
        }
        named = () if by_key else (ens.mrn,)
        body = request(
            *named,
            header=header if by_key else None,
            office=office,
            requester=sender,
            message_id=self.name(),
        )
        self.send(sender, body)

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        index=INDEX,
        listed=st.sampled_from(("mrn", "unknown", "means")),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def arrive(self, index: int, listed: str, sender: str) -> None:
        """Notify an arrival by MRN, by means, or with a declaration that nobody knows."""
        ens = Ens.objects.get(mrn=self.mrn(index))
        mrns = {"mrn": [ens.mrn], "unknown": [ens.mrn, "26FR00230001234563"], "means": []}[listed]
        body = arrival_message(
            *mrns,
            message_id=self.name(),
            sender=sender,
            UniIdeDivHEA132=ens.means,
            ActualDateOfArrival=f"{self.at:%Y%m%d}",
        )
        self.send(sender, body)
