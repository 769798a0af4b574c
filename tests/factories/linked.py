"""Filings of ICS2 that belong together: a master of a carrier, and houses of a forwarder."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from declarations.document import Document
from declarations.models import Ens, Filing
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import content
from messaging.formats.registry import read
from risk.services.linking import link
from tests.factories.declarations import lodged

CARRIER, FORWARDER, OWNER = "NL123456789", "NL223344556", "NL987654321"


def said(kind: str) -> Any:
    """Return what the minimal example of a type says."""
    return content(f"IE3{kind}", "minimal")


def body(kind: str, lrn: str, eori: str, **changes: Any) -> bytes:
    """Return an example of a type as its declarant files it, with other values."""
    example = said(kind)
    people = [{**example["declarant"][0], "identificationNumber": eori}]
    return write(f"IE3{kind}", {**example, "LRN": lrn, "declarant": people, **changes})


def document(kind: str, lrn: str, eori: str, **changes: Any) -> Document:
    """Return what such a message declares."""
    found = read(body(kind, lrn, eori, **changes)).document
    assert found is not None
    return found


def master(
    at: datetime, *, named: str = FORWARDER, lrn: str = "M-1", bill: str = "OEL2611001"
) -> Ens:
    """Return an F12 of the carrier that names who is to file its houses."""
    top = said("F12")["consignmentMasterLevel"][0]
    top |= {"transportDocumentMasterLevel": [{"documentNumber": bill, "type": "N704"}]}
    person = {"identificationNumber": named, "supplementaryFilingType": "1"}
    above = [{**top, "supplementaryDeclarant": [person]}]
    return lodged(document("F12", lrn, CARRIER, consignmentMasterLevel=above), at, sender=CARRIER)


def house(
    at: datetime,
    bill: str = "",
    *,
    eori: str = FORWARDER,
    kind: str = "F15",
    **changes: Any,
) -> Ens:
    """Return a house with its own bill; changes are about its consignment.

    An F14 names the owner of the goods, who files below it.
    """
    top = said(kind)["consignmentMasterLevel"][0]
    (own,) = top["consignmentHouseLevel"]
    if bill:
        (paper,) = own["transportDocumentHouseLevel"]
        own = {**own, "transportDocumentHouseLevel": [{**paper, "documentNumber": bill}]}
    if kind == "F14":
        person = {"identificationNumber": OWNER, "supplementaryFilingType": "2"}
        own = {**own, "supplementaryDeclarant": [person]}
    whole = [{**top, "consignmentHouseLevel": [{**own, **changes}]}]
    filed = document(kind, f"H-{bill or 1}", eori, consignmentMasterLevel=whole)
    return lodged(filed, at, sender=eori)


def linked(filings: Sequence[Ens], at: datetime) -> None:
    """Let the filings for which these ENS were made stand where their keys put them."""
    keys = Filing.objects.filter(mrn__in=[ens.mrn for ens in filings]).values_list("pk", flat=True)
    with transaction.atomic():
        link(list(keys), at=at)
