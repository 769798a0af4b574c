"""Where a field of the document stands in a message: for findings on it, and questions about it."""

import re
from collections.abc import Iterable, Iterator

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.findings import Finding
from declarations.document import Document
from declarations.filing_types import filing_types
from messaging.formats.tables import by_path, is_ics2

ICS1 = {
    "lrn": "HEAHEA.RefNumHEA4",
    "mrn": "HEAHEA.DocNumHEA5",
    "declarant": "PERLODSUMDEC.TINPLD1",
    "office_of_first_entry": "CUSOFFFENT730.RefNumCUSOFFFENT731",
}
ICS2 = {
    "lrn": "LRN",
    "mrn": "MRN",
    "type": "SpecificCircumstanceIndicator",
    "declarant": "declarant/identificationNumber",
    "office_of_first_entry": "customsOfficeOfFirstEntry/referenceNumber",
    "addressed_state": "addressedMemberState/country",
    "previous_document": "previousDocument/identification",
    "transport_documents": "consignmentMasterLevel/transportDocumentMasterLevel",
    "consignments": "consignmentMasterLevel/consignmentHouseLevel",
    "items": "consignmentMasterLevel/goodsItem",
}


def pointed(findings: Iterable[Finding], kind: str = "") -> list[Finding]:
    """Return the findings with the pointers of a kind of message, else of ICS phase 1."""
    return [
        msgspec.structs.replace(finding, location=_pointer(finding.location, kind))
        for finding in findings
    ]


def _pointer(field: str, kind: str) -> str:
    if not is_ics2(kind):
        return ICS1.get(field, field)
    return f"/{kind}/{ICS2[field]}" if field in ICS2 else field


_ITEM_ELEMENTS = (
    ("commodity/descriptionOfGoods", _("description")),
    ("commodity/commodityCode/harmonizedSystemSubHeadingCode", _("commodity code")),
    ("weight/grossMass", _("gross mass")),
    ("packaging[1]/numberOfPackages", _("packages")),
)
_CONSIGNMENT_ELEMENTS = (("consignor", _("Consignor")), ("consignee", _("Consignee")))
_POSITION = re.compile(r"\[[0-9]+\]")


def elements_of(document: Document) -> Iterator[tuple[str, str]]:
    """Yield what a filing of ICS2 can be asked about: pointers with their words."""
    message = filing_types()[document.type].message
    known = by_path(message)
    for pointer, words in _elements(f"/{message}/consignmentMasterLevel", document):
        if _POSITION.sub("", pointer) in known:
            yield pointer, words


def _elements(master: str, document: Document) -> Iterator[tuple[str, str]]:
    for name, words in _CONSIGNMENT_ELEMENTS:
        yield f"{master}/{name}", str(words)
    for place, each in enumerate(document.consignments, start=1):
        is_house = each.level == "house"
        path = f"{master}/consignmentHouseLevel[{place}]" if is_house else master
        for name, words in _CONSIGNMENT_ELEMENTS if is_house else ():
            yield f"{path}/{name}", f"{each.key}: {words}"
        for number, _item in enumerate(each.items, start=1):
            for name, words in _ITEM_ELEMENTS:
                text = gettext("%(key)s, goods item %(number)d: %(name)s")
                said = text % {"key": each.key, "number": number, "name": words}
                yield f"{path}/goodsItem[{number}]/{name}", said
