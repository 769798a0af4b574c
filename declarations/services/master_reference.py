"""F25: the master air waybill of a filing that was lodged before loading without one (F23).

It has no MRN of its own and cannot be amended: it writes the master's document and carrier onto the
house of the earlier filing, whose next version it becomes.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Q

from customs_portal.findings import Finding, Stage
from declarations.checks.filing_amendment import WRONG_STATE
from declarations.document import Consignment, Document
from declarations.lifecycle.out_of_sequence import Situation
from declarations.models import EnsMember, Filing, SearchKey
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.lodge import Lodged, Lodgement, Refused
from declarations.services.new_version import NewVersion, write_versions
from declarations.services.standing import Standing, standings

EARLIER = "F23"
NOT_FOUND = "97"


def refer(lodgements: Sequence[Lodgement], *, at: datetime) -> list[Lodged | Refused]:
    """Write each reference onto the filing that it names; one result for each, in their order.

    The caller has the assessments of the ENS superseded in the same transaction.
    """
    assert_in_transaction()
    return [_refer(lodgement, at) for lodgement in lodgements]


def judge_references(documents: Sequence[Document], *, at: datetime) -> list[Refused | None]:
    """Return for each reference why it would be refused now, None if not; nothing is written."""
    return [_against(document, _standing(document, at)) for document in documents]


def _refer(lodgement: Lodgement, at: datetime) -> Lodged | Refused:
    document = lodgement.document
    lock_ens(_named(document))
    standing = _standing(document, at)
    against = _against(document, standing)
    if against:
        return against
    assert standing is not None
    write_versions([_version(lodgement, standing)], at=at)
    mrn = standing.filing.mrn or ""
    return Lodged(filing=standing.filing.pk, ens=standing.ens.pk, mrn=mrn)


def _named(document: Document) -> list[int]:
    """Return the ENS of the earlier filings of the declarant that the reference may mean."""
    earlier = document.previous_document or ""
    keys = SearchKey.objects.filter(kind="document", value=earlier.upper()[:70])
    members = EnsMember.objects.filter(
        Q(filing__mrn=earlier) | Q(ens__in=keys.values("ens")),
        filing__type=EARLIER,
        filing__declarant=document.declarant.identifier or "",
        filing__status=Filing.Status.REGISTERED,
    )
    return list(members.order_by("-pk").values_list("ens", flat=True)[:1])


def _standing(document: Document, at: datetime) -> Standing | None:
    return next(iter(standings(_named(document), at).values()), None)


def _against(document: Document, standing: Standing | None) -> Refused | None:
    if standing is None:
        text = "No filing of yours before loading is known by this house document or MRN."
        return _refused(NOT_FOUND, "previous_document", text, document.previous_document or "")
    if standing.situation not in (Situation.REGISTERED, Situation.ARRIVED):
        text = "The filing can no longer be changed."
        return _refused(WRONG_STATE, "previous_document", text, standing.filing.mrn or "")
    return None


def _refused(code: str, location: str, text: str, value: str) -> Refused:
    finding = Finding(code=code, location=location, text=text, value=value, stage=Stage.LIFECYCLE)
    return Refused(findings=[finding])


def _version(lodgement: Lodgement, standing: Standing) -> NewVersion:
    assert standing.document is not None
    return NewVersion(
        filing=standing.filing,
        ens=standing.ens,
        document=_with_master(standing.document, lodgement.document),
        message_id=lodgement.message_id,
        sender=lodgement.sender,
        received_at=lodgement.received_at,
        correlation=lodgement.correlation,
        offices=standing.offices,
    )


def _with_master(earlier: Document, reference: Document) -> Document:
    """Return the earlier filing with the master on the house that is meant, else on every one."""
    (told,) = reference.consignments
    wanted = {paper.reference for paper in told.transport_documents}
    meant = [house.key for house in earlier.consignments if _is_of(house, wanted)]
    houses = tuple(
        msgspec.structs.replace(house, master_documents=told.master_documents, carrier=told.carrier)
        if house.key in meant or not meant
        else house
        for house in earlier.consignments
    )
    return msgspec.structs.replace(earlier, consignments=houses, carrier=reference.carrier)


def _is_of(house: Consignment, references: set[str]) -> bool:
    return any(paper.reference in references for paper in house.transport_documents)
