"""Names and addresses in declarations: blanked; numbers and countries of parties stay."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from django.db import connection

from customs_portal.privacy.holds import Covered
from customs_portal.privacy.retention.step import Portion
from declarations.models import EnsVersion
from declarations.models.measure import Measure
from declarations.services.forget import forget_parties
from risk.services.forget import forget_parties as forget_analysed_parties

AT_A_TIME = 500
_VERSIONS = """
WITH old AS (
    SELECT v.id, m.ens_id = ANY(%(ens)s) AS held, EXISTS (
        SELECT 1 FROM risk_case c WHERE c.ens_id = m.ens_id AND c.status = 'open'
    ) OR EXISTS (
        SELECT 1 FROM declarations_measure x
        WHERE x.ens_id = m.ens_id AND x.status = ANY(%(open)s)
    ) AS in_use
    FROM declarations_filingversion v
    JOIN declarations_filing f ON f.id = v.filing_id
    LEFT JOIN declarations_ensmember m ON m.filing_id = f.id
    WHERE f.lodged_at < %(moment)s AND v.created_at < %(moment)s
      AND (jsonb_path_exists(v.document_json, '$.**.name')
        OR jsonb_path_exists(v.document_json, '$.**.street')
        OR jsonb_path_exists(v.document_json, '$.**.postcode')
        OR jsonb_path_exists(v.document_json, '$.**.city'))
)
"""
_COUNT = (
    _VERSIONS
    + """
SELECT count(*) FILTER (WHERE held), count(*) FILTER (WHERE NOT held AND in_use) FROM old
"""
)
_IDS = (
    _VERSIONS
    + """
SELECT id FROM old WHERE NOT coalesce(held, false) AND NOT in_use ORDER BY id
"""
)


def portions(before: date, covered: Covered) -> Iterator[Portion]:
    """Yield the versions of filings lodged before a day, some at a time."""
    values: dict[str, Any] = {
        "ens": list(covered.ens),
        "open": [status.value for status in Measure.OPEN],
        "moment": datetime.combine(before, time(), UTC),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        held, in_use = cursor.fetchone()
        cursor.execute(_IDS, values)
        ids = [row[0] for row in cursor.fetchall()]
    if covered.everything:
        held, in_use, ids = held + in_use + len(ids), 0, []
    if not ids and (held or in_use):
        yield Portion(what=f"< {before}", rows=0, held=held, in_use=in_use, remove=_nothing)
    for start in range(0, len(ids), AT_A_TIME):
        batch = ids[start : start + AT_A_TIME]
        yield Portion(
            what=f"{batch[0]} - {batch[-1]}",
            rows=len(batch),
            held=held if not start else 0,
            in_use=in_use if not start else 0,
            remove=partial(_remove, batch),
        )


def _nothing() -> None:
    """Remove nothing: all of it is held or in use."""


def _remove(versions: Sequence[int]) -> None:
    analysed = EnsVersion.objects.filter(filing_versions__overlap=list(versions))
    forget_analysed_parties(list(analysed.values_list("pk", flat=True)))
    forget_parties(versions)
