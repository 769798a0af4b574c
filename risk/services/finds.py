"""Remembering what controls have found, so that rules see it in what is declared later."""

from collections.abc import Iterable

from customs_portal.bulk import fetch_prepared
from declarations.services.controls import CONFIRMED_FINDS
from declarations.services.locks import assert_in_transaction

_REMEMBER = """
INSERT INTO risk_confirmedfind (kind, value, ens, control, found_at)
SELECT DISTINCT k.kind, k.value, m.ens_id, c.id, c.recorded_at
FROM declarations_control c
JOIN declarations_measure m ON m.id = c.measure_id
JOIN risk_analyseditem i ON i.ens = m.ens_id AND i.current
CROSS JOIN LATERAL (
    VALUES ('party', i.consignor_key), ('party', i.consignee_key)
    UNION ALL SELECT 'container', unnest(i.equipment_containers)
) k(kind, value)
WHERE c.measure_id = ANY(%(measures)s::bigint[]) AND c.result_code = ANY(%(results)s::text[])
  AND k.value IS NOT NULL
  AND (k.kind = 'party' OR m.subject <> 'equipment' OR k.value = upper(m.reference))
ON CONFLICT DO NOTHING
"""


def remember_finds(measures: Iterable[int]) -> None:
    """Remember the parties and containers of those controls that found something serious.

    Of a control of one container no other is remembered.
    """
    assert_in_transaction()
    fetch_prepared(_REMEMBER, {"measures": list(measures), "results": list(CONFIRMED_FINDS)})
