"""What a measure can be about, and which consignments it touches."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import TextField
from django.db.models.functions import Cast

from declarations.document import Consignment, Document, decode
from declarations.filing_types import filing_types
from declarations.models import Ens, EnsVersion, Filing, FilingVersion, Measure
from declarations.whole import whole


def current_document(ens: Ens) -> Document:
    """Return what the current version of an ENS declares, all filings of it together."""
    return document_of_version(ens.versions.get(number=ens.version))


def current_documents(ens: Collection[Ens]) -> dict[int, Document]:
    """Return by ENS what its current version declares, in two queries for all of them."""
    current = {(each.pk, each.version) for each in ens}
    found = EnsVersion.objects.filter(ens__in=[each.pk for each in ens]) if ens else ()
    versions = [row for row in found if (row.ens_id, row.number) in current]
    filings = FilingVersion.objects.in_bulk({k for row in versions for k in row.filing_versions})
    return {
        row.ens_id: whole([filings[key].document() for key in row.filing_versions])
        for row in versions
    }


def declared_in(ens: Ens) -> list[Document]:
    """Return what the filings of the current version of an ENS declare, the highest first."""
    return _documents(ens.versions.get(number=ens.version))


def document_of_version(version: EnsVersion) -> Document:
    """Return what a version of an ENS declares."""
    return whole(_documents(version))


def _documents(version: EnsVersion) -> list[Document]:
    rows = FilingVersion.objects.filter(pk__in=version.filing_versions)
    found = dict(rows.values_list("pk", Cast("document_json", TextField())))
    return [decode(found[key]) for key in version.filing_versions if key in found]


def first_filing(ens: Ens) -> Filing:
    """Return the filing that leads an ENS: a full one, a master, or a house by itself."""
    version = ens.versions.get(number=ens.version)
    return Filing.objects.get(versions=version.filing_versions[0])


def is_of_ics2(ens: Ens) -> bool:
    """Whether the ENS was lodged by messages of ICS2."""
    return first_filing(ens).type in filing_types()


def subjects(document: Document) -> list[tuple[str, str]]:
    """Return what a measure on this declaration can be about, as (subject, reference)."""
    items = list(document.items())
    containers = dict.fromkeys(number for item in items for number in item.containers)
    containers |= dict.fromkeys(own for each in document.consignments for own in each.receptacles)
    return [
        (Measure.Subject.DECLARATION, ""),
        *((Measure.Subject.CONSIGNMENT, found.key) for found in document.consignments),
        *((Measure.Subject.ITEM, str(item.number)) for item in items),
        *((Measure.Subject.EQUIPMENT, number) for number in containers),
    ]


def consignments_touched(document: Document, subject: str, reference: str) -> list[str]:
    """Return the keys of the consignments that a subject is about, in the order of the document.

    A subject that an amendment removed touches them all: nothing escapes a measure by renaming.
    """
    keys = [found.key for found in document.consignments if _touches(found, subject, reference)]
    return keys or [found.key for found in document.consignments]


def _touches(consignment: Consignment, subject: str, reference: str) -> bool:
    if subject == Measure.Subject.DECLARATION:
        return True
    if subject == Measure.Subject.CONSIGNMENT:
        return consignment.key == reference
    if subject == Measure.Subject.ITEM:
        return any(str(item.number) == reference for item in consignment.items)
    boxes = (number for item in consignment.items for number in item.containers)
    return reference in (*boxes, *consignment.receptacles)


def by_consignment(
    document: Document, measures: Iterable[Measure]
) -> Mapping[str, tuple[Measure, ...]]:
    """Return the measures by the key of each consignment that they touch."""
    found: dict[str, tuple[Measure, ...]] = {each.key: () for each in document.consignments}
    for measure in measures:
        for key in consignments_touched(document, measure.subject, measure.reference):
            found[key] += (measure,)
    return found


def containers_of(document: Document, subject: str, reference: str) -> list[str]:
    """Return the containers that a subject is about, each once."""
    if subject == Measure.Subject.EQUIPMENT:
        return [reference]
    keys = set(consignments_touched(document, subject, reference))
    items = [item for each in document.consignments if each.key in keys for item in each.items]
    if subject == Measure.Subject.ITEM:
        items = [item for item in items if str(item.number) == reference]
    return list(dict.fromkeys(number for item in items for number in item.containers))
