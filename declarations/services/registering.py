"""Registering: a declaration with its MRN becomes a filing and an ENS, whoever gave the MRN."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from customs_portal.bulk import copy_rows, fetch_prepared, next_ids, recordset
from declarations.arrivals import means_of_filing
from declarations.document import Document, SupportingDocument, encode
from declarations.filing_types import filing_types
from declarations.linking import is_linked
from declarations.models import Ens
from declarations.projection import write_projection, write_search_keys
from declarations.traffic import expected_by

_SEQUENCES = {
    "filing": "declarations_filing_id_seq",
    "filing_version": "declarations_filingversion_id_seq",
    "ens": "declarations_ens_id_seq",
    "ens_version": "declarations_ensversion_id_seq",
}


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """The ids that the rows of one registration get."""

    filing: int
    filing_version: int
    ens: int
    ens_version: int


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration with its ids and its MRN; `office` is the one of ours that is responsible.

    `offices` are those on its way, the first one first. `received_from` is the State where it was
    lodged if that was not ours. `late_minutes` is None where that is not ours to say.
    """

    ids: Ids
    document: Document
    mrn: str
    message_id: int
    sender: str
    lodged_at: datetime
    registered_at: datetime
    analysis_ends_at: datetime
    late_minutes: int | None
    office: str
    offices: Sequence[str]
    role: str = Ens.OurRole.FIRST_ENTRY
    status: str = Ens.Status.READY
    completeness: str = ""
    link: str = ""
    received_from: str = ""

    @property
    def is_linked(self) -> bool:
        """Whether it may belong together with others, which it is linked with."""
        return is_linked(self.document.type)


def number_registrations(count: int) -> list[Ids]:
    """Return the ids of so many registrations."""
    found = next_ids(dict.fromkeys(_SEQUENCES.values(), count))
    columns = [found[sequence] for sequence in _SEQUENCES.values()]
    return [
        Ids(filing=filing, filing_version=filing_version, ens=ens, ens_version=ens_version)
        for filing, filing_version, ens, ens_version in zip(*columns, strict=True)
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
    "link": "text",
    "received_from": "text",
}
_CLAIM = """
INSERT INTO declarations_filing ({names})
SELECT {names} FROM json_to_recordset(%s::json) AS f({types})
ON CONFLICT {key} DO NOTHING RETURNING id
"""
FREE_LRN = "(declarant, lrn) WHERE NOT (status = 'rejected') AND received_from = ''"
FREE_MRN = "(mrn)"


def claim_filings(registrations: Sequence[Registration], key: str) -> set[int]:
    """Insert the filings whose LRN or MRN (`key`) is free and return their ids."""
    if not registrations:
        return set()
    rows = (zip(_FILING_COLUMNS, _filing_row(each), strict=True) for each in registrations)
    statement = _CLAIM.format(
        names=", ".join(_FILING_COLUMNS),
        types=", ".join(f"{name} {kind}" for name, kind in _FILING_COLUMNS.items()),
        key=key,
    )
    return {row[0] for row in fetch_prepared(statement, [recordset(map(dict, rows))])}


def _filing_row(each: Registration) -> tuple[Any, ...]:
    document = each.document
    representative = document.representative
    return (
        each.ids.filing,
        document.type,
        document.lrn or "",
        each.mrn,
        "registered",
        document.declarant.identifier or "",
        (representative.identifier or "") if representative else "",
        document.effective_carrier().identifier or "",
        each.sender,
        each.office,
        document.transport_mode,
        each.lodged_at,
        each.registered_at,
        each.analysis_ends_at,
        each.late_minutes,
        [],
        1,
        each.link,
        each.received_from,
    )


def write_registered(registrations: Sequence[Registration], *, at: datetime) -> None:
    """Write everything that belongs to claimed filings but their clocks, by COPY."""
    copy_rows(
        "declarations_filingversion",
        ("id", "filing_id", "number", "message_id", "document_json", "created_at"),
        (
            (
                each.ids.filing_version,
                each.ids.filing,
                1,
                each.message_id,
                encode(each.document).decode(),
                at,
            )
            for each in registrations
        ),
    )
    _write_ens(registrations, at)
    copy_rows(
        "declarations_consignmentlife",
        ("filing_id", "key", "documents", "goods"),
        (
            (each.ids.filing, consignment.key, papers(consignment.transport_documents), "expected")
            for each in registrations
            for consignment in each.document.consignments
        ),
    )
    write_projection([(each.ids.filing_version, each.document) for each in registrations])
    write_search_keys([(each.ids.ens, each.mrn, each.document) for each in registrations])


def papers(documents: Sequence[SupportingDocument]) -> list[str]:
    """Return transport documents as a consignment keeps them: type and reference."""
    return [f"{paper.type} {paper.reference}"[:80] for paper in documents]


def _write_ens(registrations: Sequence[Registration], at: datetime) -> None:
    copy_rows("declarations_ens", _ENS_COLUMNS, map(_ens_row, registrations))
    copy_rows(
        "declarations_ensmember",
        ("ens_id", "filing_id"),
        ((each.ids.ens, each.ids.filing) for each in registrations),
    )
    copy_rows(
        "declarations_ensversion",
        ("id", "ens_id", "number", "filing_versions", "created_at"),
        (
            (each.ids.ens_version, each.ids.ens, 1, [each.ids.filing_version], at)
            for each in registrations
        ),
    )
    copy_rows(
        "declarations_entryleg",
        ("ens_id", "sequence", "office", "country"),
        (
            (each.ids.ens, place, office, office[:2])
            for each in registrations
            for place, office in enumerate(each.offices)
        ),
    )


def offices_on_the_way(document: Document) -> list[str]:
    """Return the office of first entry and the subsequent ones, each once, in capitals."""
    numbers = (document.office_of_first_entry, *document.subsequent_offices)
    return list(dict.fromkeys(number.upper() for number in numbers if number))


_ENS_COLUMNS = (
    "id",
    "status",
    "completeness",
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


def _ens_row(each: Registration) -> tuple[Any, ...]:
    document = each.document
    return (
        each.ids.ens,
        each.status,
        each.completeness,
        each.role,
        each.mrn,
        1,
        document.transport_mode,
        means_of(document),
        each.office,
        expected_by(document, each.lodged_at),
        each.registered_at,
        each.analysis_ends_at,
    )


def means_of(document: Document) -> str:
    """Return by what the means is known: its identity, else the conveyance reference."""
    if document.type in filing_types():
        known = document.means.identification if document.means else None
        return means_of_filing(document.transport_mode, known, document.conveyance_reference)
    if document.means:
        return document.means.identification
    return document.conveyance_reference or ""
