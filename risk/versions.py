"""Versions of ENS with all that rules read of them, as they were lodged."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from customs_portal.bulk import fetch_prepared
from declarations.checks.consistency import Inconsistency, inconsistencies
from declarations.document import Document, decode
from declarations.whole import whole
from risk.analysed import Subjects
from risk.engine.readings import Readings
from risk.engine.subject import Context, Declared, Features, decode_features
from risk.models import Assessment

_REST = """
CASE WHEN cardinality({version}.filing_versions) > 1 THEN ARRAY(
    SELECT o.document_json::text FROM unnest({version}.filing_versions[2:]) WITH ORDINALITY u(id, n)
    JOIN declarations_filingversion o ON o.id = u.id ORDER BY u.n) END
"""
_LOAD = """
SELECT v.id, v.ens_id, e.mrn, fv.document_json::text, {rest_of_v}, f.type, f.sender,
    CASE WHEN v.number = 1 THEN f.lodged_at ELSE v.created_at END, e.analysis_ends_at,
    before.document_json::text, {rest_of_p},
    (SELECT a.features::text FROM risk_assessment a
     WHERE a.ens_version_id = v.id AND a.rule_set_id IS NOT NULL ORDER BY a.made_at DESC, a.id DESC
     LIMIT 1)
FROM declarations_ensversion v
JOIN declarations_ens e ON e.id = v.ens_id
JOIN declarations_filingversion fv ON fv.id = v.filing_versions[1]
JOIN declarations_filing f ON f.id = fv.filing_id
LEFT JOIN declarations_ensversion p ON p.ens_id = v.ens_id AND p.number = v.number - 1
LEFT JOIN declarations_filingversion before ON before.id = p.filing_versions[1]
WHERE v.id = ANY(%s::bigint[]) ORDER BY v.id
""".format(rest_of_v=_REST.format(version="v"), rest_of_p=_REST.format(version="p"))  # noqa: S608 our own names


class _Stored(NamedTuple):
    """What the database holds of a version."""

    ens_version: int
    ens: int
    mrn: str
    document: str
    others: list[str] | None
    filing_type: str
    filer: str
    received_at: datetime
    analysis_ends_at: datetime
    previous: str | None
    previous_others: list[str] | None
    features: str | None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version to be judged; `features` are those stored when it was first assessed."""

    subjects: Subjects
    features: Features | None
    differences: tuple[Inconsistency, ...] = ()


def load(ens_versions: Iterable[int]) -> dict[int, Version]:
    """Return the versions by id; their readings know no history yet."""
    rows = fetch_prepared(_LOAD, [list(ens_versions)])
    return {row[0]: _version(_Stored(*row)) for row in rows}


def load_known(ens_versions: Iterable[int]) -> list[Subjects]:
    """Return the versions that were assessed, knowing the history that was stored then."""
    found = load(ens_versions).values()
    known = [version for version in found if version.features is not None]
    for version in known:
        assert version.features is not None
        version.subjects.readings.declared.learn(version.features, {})
    return [version.subjects for version in known]


def load_as_of(assessments: Sequence[Assessment]) -> list[Subjects]:
    """Return what each assessment looked at, knowing the history that was stored with it."""
    found = load(assessment.ens_version_id for assessment in assessments)
    for assessment in assessments:
        stored = decode_features(msgspec.json.encode(assessment.features))
        found[assessment.ens_version_id].subjects.readings.declared.learn(stored, {})
    return [found[assessment.ens_version_id].subjects for assessment in assessments]


def _version(stored: _Stored) -> Version:
    context = Context(
        mrn=stored.mrn,
        received_at=stored.received_at,
        filing_type=stored.filing_type,
        analysis_ends_at=stored.analysis_ends_at,
        previous=_whole(stored.previous, stored.previous_others) if stored.previous else None,
    )
    subjects = Subjects(
        ens=stored.ens,
        ens_version=stored.ens_version,
        received_at=stored.received_at,
        filer=stored.filer,
        readings=Readings(Declared(_whole(stored.document, stored.others), context)),
    )
    return Version(
        subjects=subjects,
        features=decode_features(stored.features) if stored.features else None,
        differences=_differences(stored),
    )


def _differences(stored: _Stored) -> tuple[Inconsistency, ...]:
    """Return what the filings of the version say differently of the same goods."""
    if not stored.others:
        return ()
    return tuple(inconsistencies([decode(stored.document), *map(decode, stored.others)]))


def _whole(first: str, others: list[str] | None) -> Document:
    return whole([decode(first), *map(decode, others or ())])
