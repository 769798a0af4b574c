"""Lodging: an accepted declaration becomes a filing with its MRN, and an ENS to be analysed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from customs_portal.bulk import copy_rows, fetch_prepared, next_ids, recordset
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from declarations.document import Document, SupportingDocument, encode
from declarations.events import FILING_REGISTERED
from declarations.models import Ens
from declarations.mrn import SEQUENCE, make_mrn
from declarations.projection import write_projection, write_search_keys
from declarations.services.clocks import start_clocks
from declarations.services.locks import assert_in_transaction
from declarations.traffic import analysis_ends_at, late_minutes

DUPLICATE = "26"
_SEQUENCES = {
    "filing": "declarations_filing_id_seq",
    "filing_version": "declarations_filingversion_id_seq",
    "ens": "declarations_ens_id_seq",
    "ens_version": "declarations_ensversion_id_seq",
    "mrn": SEQUENCE,
}


class Lodgement(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration that has passed every check of content, and how it reached us."""

    document: Document
    message_id: int
    sender: str
    received_at: datetime
    correlation: UUID | None = None


class Lodged(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration is registered."""

    filing: int
    ens: int
    mrn: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration is not registered, for these reasons; nothing was written."""

    findings: list[Finding]


class _Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A lodgement with the ids and the MRN that it gets if its LRN is free."""

    lodgement: Lodgement
    filing: int
    filing_version: int
    ens: int
    ens_version: int
    mrn: str

    @property
    def document(self) -> Document:
        return self.lodgement.document

    @property
    def office(self) -> str:
        return self.document.office_of_first_entry.upper()


def lodge(lodgements: Sequence[Lodgement], *, at: datetime) -> list[Lodged | Refused]:
    """Register the declarations; one result for each, in their order.

    Refused is only what an accepted filing of the same person lodging has used the LRN for
    (functional error 26, rule R891); the earlier in the sequence wins.
    """
    assert_in_transaction()
    numbered = _number(lodgements, at)
    won = _claim_filings(numbered, at)
    accepted = [entry for entry in numbered if entry.filing in won]
    _write(accepted, at)
    _record(accepted, at)
    return [_lodged(e) if e.filing in won else lrn_taken(e.document) for e in numbered]


def _number(lodgements: Sequence[Lodgement], at: datetime) -> list[_Numbered]:
    ids = next_ids({sequence: len(lodgements) for sequence in _SEQUENCES.values()})
    columns = {name: ids[sequence] for name, sequence in _SEQUENCES.items()}
    return [
        _Numbered(
            lodgement=lodgement,
            filing=columns["filing"][place],
            filing_version=columns["filing_version"][place],
            ens=columns["ens"][place],
            ens_version=columns["ens_version"][place],
            mrn=make_mrn(
                office=lodgement.document.office_of_first_entry,
                number=columns["mrn"][place],
                at=at,
            ),
        )
        for place, lodgement in enumerate(lodgements)
    ]


_FILING_COLUMNS = {
    "id": "bigint",
    "type": "text",
    "lrn": "text",
    "mrn": "text",
    "status": "text",
    "declarant": "text",
    "representative": "text",
    "carrier": "text",
    "sender": "text",
    "office_of_first_entry": "text",
    "transport_mode": "text",
    "lodged_at": "timestamptz",
    "registered_at": "timestamptz",
    "analysis_ends_at": "timestamptz",
    "late_minutes": "int",
    "findings": "jsonb",
    "version": "int",
}
_CLAIM = """
INSERT INTO declarations_filing ({names})
SELECT {names} FROM json_to_recordset(%s::json) AS f({types})
ON CONFLICT (declarant, lrn) WHERE (NOT (status = 'rejected')) DO NOTHING RETURNING id
"""


def _claim_filings(numbered: Sequence[_Numbered], at: datetime) -> set[int]:
    """Insert the filings whose LRN is free and return their ids."""
    if not numbered:
        return set()
    rows = (zip(_FILING_COLUMNS, _filing_row(entry, at), strict=True) for entry in numbered)
    statement = _CLAIM.format(
        names=", ".join(_FILING_COLUMNS),
        types=", ".join(f"{name} {kind}" for name, kind in _FILING_COLUMNS.items()),
    )
    return {row[0] for row in fetch_prepared(statement, [recordset(map(dict, rows))])}


def _filing_row(entry: _Numbered, at: datetime) -> tuple[Any, ...]:
    document, received = entry.document, entry.lodgement.received_at
    representative = document.representative
    return (
        entry.filing,
        document.type,
        document.lrn or "",
        entry.mrn,
        "registered",
        document.declarant.identifier or "",
        (representative.identifier or "") if representative else "",
        document.effective_carrier().identifier or "",
        entry.lodgement.sender,
        entry.office,
        document.transport_mode,
        received,
        at,
        analysis_ends_at(document, received),
        late_minutes(document, received),
        [],
        1,
    )


def _write(accepted: Sequence[_Numbered], at: datetime) -> None:
    """Write everything that belongs to the registered filings, by COPY."""
    copy_rows(
        "declarations_filingversion",
        ("id", "filing_id", "number", "message_id", "document_json", "created_at"),
        (
            (e.filing_version, e.filing, 1, e.lodgement.message_id, encode(e.document).decode(), at)
            for e in accepted
        ),
    )
    _write_ens(accepted, at)
    copy_rows(
        "declarations_consignmentlife",
        ("filing_id", "key", "documents", "goods"),
        (
            (e.filing, consignment.key, papers(consignment.transport_documents), "expected")
            for e in accepted
            for consignment in e.document.consignments
        ),
    )
    write_projection([(e.filing_version, e.document) for e in accepted])
    write_search_keys([(e.ens, e.mrn, e.document) for e in accepted])
    start_clocks([(e.ens, e.document, e.lodgement.received_at) for e in accepted])


def papers(documents: Sequence[SupportingDocument]) -> list[str]:
    """Return transport documents as a consignment keeps them: type and reference."""
    return [f"{paper.type} {paper.reference}"[:40] for paper in documents]


def _write_ens(accepted: Sequence[_Numbered], at: datetime) -> None:
    copy_rows("declarations_ens", _ENS_COLUMNS, (_ens_row(entry, at) for entry in accepted))
    copy_rows(
        "declarations_ensmember", ("ens_id", "filing_id"), ((e.ens, e.filing) for e in accepted)
    )
    copy_rows(
        "declarations_ensversion",
        ("id", "ens_id", "number", "filing_versions", "created_at"),
        ((e.ens_version, e.ens, 1, [e.filing_version], at) for e in accepted),
    )
    copy_rows(
        "declarations_entryleg",
        ("ens_id", "sequence", "office", "country"),
        (
            (e.ens, place, office, office[:2])
            for e in accepted
            for place, office in enumerate(offices_on_the_way(e.document))
        ),
    )


def offices_on_the_way(document: Document) -> list[str]:
    """Return the office of first entry and the subsequent ones, each once, in capitals."""
    numbers = (document.office_of_first_entry, *document.subsequent_offices)
    return list(dict.fromkeys(number.upper() for number in numbers))


_ENS_COLUMNS = (
    "id",
    "status",
    "role",
    "mrn",
    "version",
    "transport_mode",
    "means",
    "office_of_first_entry",
    "expected_arrival",
    "registered_at",
    "analysis_ends_at",
)


def _ens_row(entry: _Numbered, at: datetime) -> tuple[Any, ...]:
    document = entry.document
    return (
        entry.ens,
        Ens.Status.READY,
        Ens.OurRole.FIRST_ENTRY,
        entry.mrn,
        1,
        document.transport_mode,
        means_of(document),
        entry.office,
        document.expected_arrival,
        at,
        analysis_ends_at(document, entry.lodgement.received_at),
    )


def means_of(document: Document) -> str:
    """Return by what the means is known: its identity, by air the conveyance reference."""
    if document.means:
        return document.means.identification
    return document.conveyance_reference or ""


def _record(accepted: Sequence[_Numbered], at: datetime) -> None:
    record_many(
        [
            NewEvent(
                kind=FILING_REGISTERED,
                at=at,
                stream=entry.ens,
                correlation=entry.lodgement.correlation,
                data={
                    "filing": entry.filing,
                    "filing_version": entry.filing_version,
                    "ens": entry.ens,
                    "ens_version": entry.ens_version,
                    "version": 1,
                    "mrn": entry.mrn,
                    "lrn": entry.document.lrn,
                    "declarant": entry.document.declarant.identifier,
                    "message": entry.lodgement.message_id,
                },
            )
            for entry in accepted
        ]
    )


def _lodged(entry: _Numbered) -> Lodged:
    return Lodged(filing=entry.filing, ens=entry.ens, mrn=entry.mrn)


def lrn_taken(document: Document) -> Refused:
    """Return the refusal of a declaration whose LRN belongs to an accepted one."""
    return Refused(
        findings=[
            Finding(
                code=DUPLICATE,
                rule="R891",
                location="lrn",
                value=document.lrn or "",
                text="This LRN belongs to an accepted declaration of the same person.",
                stage=Stage.LIFECYCLE,
            )
        ]
    )
