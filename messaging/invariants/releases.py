"""Goods are released only when no measure that touches them is open (LIFECYCLE sections 11, 13)."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
from django.db import connection

from declarations.document import Document
from declarations.events import CONSIGNMENT_RELEASED, DUAL_FILING_WON
from declarations.models import EnsVersion, Measure
from declarations.subjects import consignments_touched, document_of_version
from messaging.invariants.invariant import Scope

_RELEASES = """
SELECT n.mrn, n.id AS ens, (e.data->>'version')::int AS version,
    e.data->>'consignment_name' AS consignment, m.subject, m.reference
FROM declarations_measure m
JOIN declarations_ens n ON n.id = m.ens_id
JOIN events_event e ON e.stream = n.id AND e.kind = %(released)s AND e.at > m.placed_at
WHERE m.status = ANY(%(open)s) AND NOT EXISTS (
    SELECT 1 FROM events_event w WHERE w.stream = n.id AND w.kind = %(won)s AND w.id > e.id)
ORDER BY n.id, e.id
"""
"""Releases after a measure of the same ENS was placed that is still open.

Measures of a superseded declaration come over with the time they were placed: a release before
they came is not looked at.
"""


class _Release(msgspec.Struct, frozen=True, kw_only=True):
    """A consignment that was released, by the version of then, and a measure that was open."""

    mrn: str
    ens: int
    version: int
    consignment: str
    subject: str
    reference: str


def released_with_open_measure(scope: Scope) -> list[str]:
    """Return the released consignments that a measure touches which was open then and still is."""
    document = cache(_document)
    wrong = (each for each in _releases() if _is_touched(each, document(each.ens, each.version)))
    return list(dict.fromkeys(f"consignment {each.consignment} of {each.mrn}" for each in wrong))


def _releases() -> Iterable[_Release]:
    values: dict[str, Any] = {
        "released": CONSIGNMENT_RELEASED.name,
        "won": DUAL_FILING_WON.name,
        "open": [status.value for status in Measure.OPEN],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RELEASES, values)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    return [msgspec.convert(dict(zip(names, row, strict=True)), _Release) for row in rows]


def _document(ens: int, version: int) -> Document:
    return document_of_version(EnsVersion.objects.get(ens=ens, number=version))


def _is_touched(release: _Release, document: Document) -> bool:
    touched = consignments_touched(document, release.subject, release.reference)
    return release.consignment in touched
