"""Measures and files of an ENS that becomes part of another, and of what leaves it again.

A measure goes with its goods: what was about an item of the house is about the same item among all.
"""

from collections.abc import Collection, Sequence

from declarations.document import Document, GoodsItem
from declarations.models import Attachment, ConsignmentLife, Ens, Measure
from declarations.services.locks import assert_in_transaction
from declarations.subjects import consignments_touched, current_document, document_of_version

Subject = tuple[str, str]


def hand_over(pairs: Sequence[tuple[int, int]]) -> None:
    """Let what stands on each first ENS stand on the second, whose new version is written.

    The measures are to be confirmed there. The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    into = dict(pairs)
    measures = list(Measure.objects.filter(ens__in=into).order_by("pk"))
    ens = Ens.objects.in_bulk(
        {key for each in measures for key in (each.ens_id, into[each.ens_id])}
    )
    for measure in measures:
        home, target = ens[measure.ens_id], ens[into[measure.ens_id]]
        subject = among(current_document(home), measure, current_document(target))
        _settle(measure, target, subject)
    for attachment in Attachment.objects.filter(ens__in=into):
        Attachment.objects.filter(pk=attachment.pk).update(ens=into[attachment.ens_id])


def _settle(measure: Measure, target: Ens, subject: Subject) -> None:
    origin = measure.origin_id or measure.ens_id
    measure.origin_id = None if origin == target.pk else origin
    measure.ens, (measure.subject, measure.reference) = target, subject
    measure.decided_on_version = target.version
    if measure.is_open:
        measure.reconfirm_since_version = target.version
    measure.save(
        update_fields=[
            "ens", "origin", "subject", "reference", "decided_on_version",
            "reconfirm_since_version",
        ]
    )  # fmt: skip


def among(before: Document, measure: Measure, after: Document) -> Subject:
    """Return what a measure on one document is about in another that has the same goods.

    What was about a whole filing of one consignment is about that.
    """
    if measure.subject == Measure.Subject.DECLARATION and len(before.consignments) == 1:
        return Measure.Subject.CONSIGNMENT, before.consignments[0].key
    if measure.subject != Measure.Subject.ITEM:
        return measure.subject, measure.reference
    for consignment in before.consignments:
        for item in consignment.items:
            if str(item.number) == measure.reference:
                return _same_item(item, consignment.key, after)
    return measure.subject, measure.reference


def _same_item(item: GoodsItem, key: str, after: Document) -> Subject:
    for consignment in after.consignments:
        for other in consignment.items if consignment.key == key else ():
            if _is_same(item, other):
                return Measure.Subject.ITEM, str(other.number)
    return Measure.Subject.CONSIGNMENT, key


def _is_same(one: GoodsItem, other: GoodsItem) -> bool:
    told = (one.declared_number, one.description, one.commodity_code, one.gross_mass)
    return told == (
        other.declared_number,
        other.description,
        other.commodity_code,
        other.gross_mass,
    )


def hand_back(returning: Sequence[tuple[int, int, int]]) -> None:
    """Let measures on the goods of filings that left go with them: (ENS, own ENS, filing).

    The new versions are written. The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    measured = Measure.objects.filter(ens__in={ens for ens, _own, _filing in returning})
    found = Ens.objects.in_bulk(set(measured.values_list("ens", flat=True)))
    for ens, own, filing in returning:
        if ens in found:
            _return(found[ens], Ens.objects.get(pk=own), _keys_of(filing))


def _keys_of(filing: int) -> set[str]:
    return set(ConsignmentLife.objects.filter(filing=filing).values_list("key", flat=True))


def _return(ens: Ens, own: Ens, keys: Collection[str]) -> None:
    together, target = _with_all(ens), current_document(own)
    for measure in Measure.objects.filter(ens=ens).order_by("pk"):
        touched = set(consignments_touched(together, measure.subject, measure.reference))
        if measure.origin_id == own.pk or (touched and touched <= set(keys)):
            _settle(measure, own, among(together, measure, target))


def _with_all(ens: Ens) -> Document:
    """Return what the ENS declared before it lost filings."""
    return document_of_version(ens.versions.get(number=ens.version - 1))
