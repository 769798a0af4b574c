"""What another administration tells the portal of the demo: IE319 and IE301 of Belgium.

The messages come in as that administration's system would send them. All names are invented.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from customs_portal.accounts.models import ApiToken, Operator
from customs_portal.accounts.services import issue_token
from customs_portal.demo.declaring import packages, with_items
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Party,
    Seal,
    SupportingDocument,
)
from declarations.mrn import make_mrn
from messaging.formats.answers import Envelope, RiskResult, Transmission
from messaging.formats.ics1.writing import write_first_entry, write_subsequent_entry
from messaging.inbox import receive
from messaging.models import Partner
from messaging.services import connect_system

TOLD, TELLING = "NL", "BE"
OFFICE = "BE101000"
SYSTEM = "BE0900000001"
LABEL = "Demo: other administration"
NOORD_ELBA, NOORD_FARO = "4000058", "4000072"


def tell(*, country: str, at: datetime) -> int:
    """Send the messages to the portal of the Netherlands; return how many it took."""
    if country != TOLD:
        return 0
    token = _token(at)
    bodies = (notification(at), hand_over(at))
    return sum(receive(token_digest=token, body=body, at=at) is not None for body in bodies)


def notification(at: datetime) -> bytes:
    """Return the IE319 on rubber gloves that go on from Antwerp to Rotterdam."""
    results = (
        RiskResult(code="C", text="Gross mass does not fit the number of boxes.", item=1),
        RiskResult(code="B", text="Seal number differs from the terminal's record."),
    )
    return write_subsequent_entry(_transmission(_gloves(at), 900001, "DEMO319", results, at))


def hand_over(at: datetime) -> bytes:
    """Return the IE301 on a ship that was to enter at Antwerp and was diverted to Rotterdam."""
    results = (RiskResult(code="C", text="First shipment of this consignor.", item=1),)
    return write_first_entry(_transmission(_tools(at), 900002, "DEMO301", results, at))


def _token(at: datetime) -> str:
    """Return the digest of a token of the other administration's system."""
    partner, _ = Partner.objects.get_or_create(country=TELLING, defaults={"name": "Belgium"})
    if partner.operator is None:
        partner.operator, _ = Operator.objects.get_or_create(
            eori=SYSTEM, defaults={"name": "Belgian customs"}
        )
        partner.save()
    issue_token(operator=partner.operator, at=at, label=LABEL)
    connect_system(partner)
    token = ApiToken.objects.filter(operator=partner.operator).latest("created")
    return str(token.digest)


def _transmission(
    document: Document, number: int, message_id: str, results: tuple[RiskResult, ...], at: datetime
) -> Transmission:
    return Transmission(
        envelope=Envelope(
            sender=f"NTA.{TELLING}", recipient=f"NTA.{TOLD}", message_id=message_id, prepared_at=at
        ),
        document=document,
        mrn=make_mrn(office=OFFICE, number=number, at=at),
        registered_at=at - timedelta(hours=20),
        submitted_at=at - timedelta(hours=20),
        risk_results=results,
    )


def _gloves(at: datetime) -> Document:
    item = GoodsItem(
        number=1,
        description="Rubber gloves in cartons",
        commodity_code="401519",
        gross_mass=Decimal(18400),
        containers=("DMOU2000018",),
        documents=(SupportingDocument(type="N705", reference="ELB9031"),),
        packages=(packages("CT", 640, "GLOVES 1-640"),),
    )
    consignor = Party(
        name="Klang Valley Rubber Sdn Bhd",
        street="14 Jalan Pelabuhan",
        postcode="42000",
        city="Port Klang",
        country="MY",
    )
    return _document(at, item, NOORD_ELBA, consignor, loading="MYPKG", later=("NL000396",))


def _tools(at: datetime) -> Document:
    item = GoodsItem(
        number=1,
        description="Hand tools of steel",
        commodity_code="820559",
        gross_mass=Decimal(9300),
        containers=("DMOU2000023",),
        documents=(SupportingDocument(type="N705", reference="FAR2207"),),
        packages=(packages("PX", 24, "TOOLS 1-24"),),
    )
    consignor = Party(
        name="Ningbo Beilun Metalware Co Ltd",
        street="17 Mingzhou West Road",
        postcode="315800",
        city="Ningbo",
        country="CN",
    )
    return _document(at, item, NOORD_FARO, consignor, loading="CNNGB", later=())


def _document(
    at: datetime,
    item: GoodsItem,
    ship: str,
    consignor: Party,
    *,
    loading: str,
    later: tuple[str, ...],
) -> Document:
    arrival = (at + timedelta(days=2)).replace(second=0, microsecond=0)
    document = Document(
        type="IE315",
        lrn=f"ANT-{ship}",
        transport_mode="1",
        means=Means(identification=ship),
        conveyance_reference="018N",
        payment_method="Z",
        place_of_loading=loading,
        place_of_unloading="NLRTM",
        declaration_place="Antwerpen",
        declared_at=at - timedelta(hours=21),
        expected_arrival=arrival,
        office_of_first_entry=OFFICE,
        subsequent_offices=later,
        itinerary=(loading[:2], TELLING, TOLD),
        seals=(Seal(identity="BE40118"),),
        declarant=Party(identifier="BE0900000077"),
        consignor=consignor,
        consignee=Party(identifier="NL900000033"),
        consignments=(Consignment(key="", items=()),),
    )
    return with_items(document, (item,))
