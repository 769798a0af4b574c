"""What earlier declarations say of new ones: two statements for a batch of versions.

They run after the rows of the batch are written. Counts look at the latest rows only, from the
newest on by an index, whatever is stored: 200 goods items of a consignee, a consignor or an
address, 200 filings of a filer, 200 declarations of a container or a transport document, and 1,000
goods items of an HS heading. Package masses are those of the latest 500 of a subheading, known from
200 on.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from customs_portal.bulk import fetch_by_index
from declarations.checks.quality.nomenclature import section_starts
from risk.engine.history import HISTORY
from risk.engine.subject import Features, Number

_OF_ITEMS = """
WITH wanted AS MATERIALIZED (
    SELECT i.ens, i.ens_version, i.number, i.received_at, i.filer, i.consignor_key, i.consignee_key,
           i.address_key, i.item_hs2, i.item_hs4, i.item_hs6, i.item_gross_mass,
           i.routing_country_of_loading AS country, i.equipment_containers,
           e.means, e.registered_at, e.expected_arrival,
           coalesce(s.starts[s.place], '') AS section_start,
           coalesce(s.starts[s.place + 1], '~') AS next_section
    FROM risk_analyseditem i,
    LATERAL (
        SELECT means, registered_at, expected_arrival FROM declarations_ens
        WHERE id = i.ens LIMIT 1) e,
    LATERAL (
        SELECT %(sections)s::text[] AS starts,
            width_bucket(i.item_hs2, %(sections)s::text[]) AS place) s
    WHERE i.ens_version = ANY(%(versions)s::bigint[])
), begun AS MATERIALIZED (
    SELECT min(received_at) AS at FROM wanted
), headings AS MATERIALIZED (
    SELECT w.item_hs4, r.country, count(*) AS items
    FROM (SELECT DISTINCT item_hs4 FROM wanted WHERE item_hs4 IS NOT NULL) w, begun,
    LATERAL (
        SELECT routing_country_of_loading AS country FROM risk_analyseditem
        WHERE current AND item_hs4 = w.item_hs4
          AND received_at < begun.at AND received_at > begun.at - interval '365 days'
        ORDER BY received_at DESC LIMIT 1000) r
    GROUP BY w.item_hs4, r.country
), totals AS MATERIALIZED (
    SELECT item_hs4, sum(items) AS items FROM headings GROUP BY item_hs4
), subheadings AS MATERIALIZED (
    SELECT w.item_hs6, percentile_disc(0.01) WITHIN GROUP (ORDER BY r.mass) AS low,
           percentile_disc(0.99) WITHIN GROUP (ORDER BY r.mass) AS high
    FROM (SELECT DISTINCT item_hs6 FROM wanted WHERE item_hs6 IS NOT NULL) w, begun,
    LATERAL (
        SELECT item_mass_per_package AS mass FROM risk_analyseditem
        WHERE current AND item_hs6 = w.item_hs6 AND item_mass_per_package IS NOT NULL
          AND received_at < begun.at AND received_at > begun.at - interval '365 days'
        ORDER BY received_at DESC LIMIT 500) r
    GROUP BY w.item_hs6 HAVING count(*) >= 200
), consignors AS MATERIALIZED (
    SELECT w.ens_version, w.consignor_key, h.*
    FROM (SELECT DISTINCT ens, ens_version, received_at, consignor_key FROM wanted
          WHERE consignor_key IS NOT NULL) w
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT ens) FILTER (
                WHERE received_at > w.received_at - interval '365 days') AS filings,
            floor(extract(epoch FROM w.received_at - max(received_at)) / 86400) AS silent_days,
            round(avg(item_gross_mass), 3) AS mean_mass
        FROM (
            SELECT ens, item_gross_mass, received_at FROM risk_analyseditem
            WHERE current AND consignor_key = w.consignor_key AND ens <> w.ens
              AND (received_at, ens) < (w.received_at, w.ens)
            ORDER BY received_at DESC, ens DESC LIMIT 200) r) h
), addresses AS MATERIALIZED (
    SELECT w.ens_version, w.address_key, h.*
    FROM (SELECT DISTINCT ens, ens_version, received_at, address_key FROM wanted
          WHERE address_key IS NOT NULL) w
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT ens) AS filings, count(DISTINCT consignor_key) AS consignors,
            max(item_gross_mass) AS heaviest
        FROM (
            SELECT ens, consignor_key, item_gross_mass, received_at FROM risk_analyseditem
            WHERE current AND address_key = w.address_key AND ens <> w.ens
              AND (received_at, ens) < (w.received_at, w.ens)
            ORDER BY received_at DESC, ens DESC LIMIT 200) r
        WHERE received_at > w.received_at - interval '24 hours') h
)
SELECT w.ens_version, w.number,
    c.filings, c.items, CASE WHEN w.item_hs2 IS NOT NULL THEN c.of_chapter END,
    CASE WHEN w.item_hs2 IS NOT NULL THEN c.of_section END,
    CASE WHEN w.consignor_key IS NOT NULL THEN c.of_pair END, c.of_filer,
    o.filings, o.silent_days, o.mean_mass,
    a.filings, a.consignors, a.heaviest,
    CASE WHEN w.consignor_key IS NOT NULL AND w.item_hs6 IS NOT NULL THEN c.in_series + 1 END,
    CASE WHEN w.consignor_key IS NOT NULL AND w.item_hs6 IS NOT NULL
         THEN c.series_mass + coalesce(w.item_gross_mass, 0) END,
    CASE WHEN w.item_hs4 IS NOT NULL THEN coalesce(t.items, 0) END,
    CASE WHEN w.item_hs4 IS NOT NULL AND w.country IS NOT NULL THEN coalesce(h.items, 0) END,
    s.low, s.high,
    CASE WHEN w.equipment_containers IS NOT NULL THEN b.elsewhere END,
    CASE WHEN coalesce(w.consignor_key, w.consignee_key) IS NOT NULL THEN p.finds END,
    CASE WHEN w.equipment_containers IS NOT NULL THEN n.finds END
FROM wanted w
LEFT JOIN totals t ON t.item_hs4 = w.item_hs4
LEFT JOIN headings h ON h.item_hs4 = w.item_hs4 AND h.country = w.country
LEFT JOIN consignors o ON o.ens_version = w.ens_version AND o.consignor_key = w.consignor_key
LEFT JOIN addresses a ON a.ens_version = w.ens_version AND a.address_key = w.address_key
LEFT JOIN subheadings s ON s.item_hs6 = w.item_hs6
LEFT JOIN LATERAL (
    SELECT count(DISTINCT r.ens) AS filings, count(*) AS items,
        count(*) FILTER (WHERE r.item_hs2 = w.item_hs2) AS of_chapter,
        count(*) FILTER (
            WHERE r.item_hs2 >= w.section_start AND r.item_hs2 < w.next_section) AS of_section,
        count(DISTINCT r.ens) FILTER (WHERE r.consignor_key = w.consignor_key) AS of_pair,
        count(DISTINCT r.ens) FILTER (WHERE r.filer = w.filer) AS of_filer,
        count(*) FILTER (WHERE r.is_series) AS in_series,
        coalesce(sum(r.item_gross_mass) FILTER (WHERE r.is_series), 0) AS series_mass
    FROM (
        SELECT e.*, e.item_hs6 = w.item_hs6 AND e.consignor_key = w.consignor_key
            AND e.received_at > w.received_at - interval '30 days' AS is_series
        FROM (
            SELECT ens, item_hs2, item_hs6, item_gross_mass, consignor_key, filer, received_at
            FROM risk_analyseditem
            WHERE current AND consignee_key = w.consignee_key AND ens <> w.ens
              AND (received_at, ens) < (w.received_at, w.ens)
            ORDER BY received_at DESC, ens DESC LIMIT 200) e
        WHERE received_at > w.received_at - interval '365 days') r
) c ON w.consignee_key IS NOT NULL
LEFT JOIN LATERAL (
    SELECT count(DISTINCT e.id) AS elsewhere
    FROM unnest(w.equipment_containers) box,
    LATERAL (
        SELECT ens_id FROM declarations_searchkey
        WHERE value = box AND kind = 'equipment' AND ens_id <> w.ens
        ORDER BY ens_id DESC LIMIT 200) k,
    LATERAL (
        SELECT id FROM declarations_ens WHERE id = k.ens_id AND means <> w.means
          AND status NOT IN ('invalidated', 'closed')
          AND registered_at <= w.expected_arrival AND expected_arrival >= w.registered_at
        LIMIT 1) e
) b ON w.equipment_containers IS NOT NULL
LEFT JOIN LATERAL (
    SELECT count(DISTINCT control) AS finds FROM risk_confirmedfind
    WHERE kind = 'party' AND value IN (w.consignor_key, w.consignee_key)
      AND found_at <= w.received_at AND found_at > w.received_at - interval '730 days'
) p ON true
LEFT JOIN LATERAL (
    SELECT count(DISTINCT control) AS finds FROM risk_confirmedfind
    WHERE kind = 'container' AND value = ANY(w.equipment_containers)
      AND found_at <= w.received_at AND found_at > w.received_at - interval '365 days'
) n ON w.equipment_containers IS NOT NULL
"""
_ITEM_NAMES = (
    "consignee_filings_365d",
    "consignee_items_365d",
    "consignee_chapter_items_365d",
    "consignee_section_items_365d",
    "pair_filings_365d",
    "filer_consignee_filings_365d",
    "consignor_filings_365d",
    "consignor_silent_days",
    "consignor_mean_mass",
    "address_filings_24h",
    "address_consignors_24h",
    "address_heaviest_24h",
    "series_items_30d",
    "series_mass_30d",
    "heading_items_365d",
    "heading_country_items_365d",
    "package_mass_low",
    "package_mass_high",
    "container_elsewhere",
    "party_finds_730d",
    "container_finds_365d",
)

_OF_DECLARATIONS = """
SELECT w.ens_version, f.filings, f.late, f.rejected, coalesce(d.withdrawn, 0), d.variants,
    (SELECT count(*) FROM risk_case c WHERE c.ens_id = w.ens AND c.status = 'open'),
    (SELECT count(*) FROM risk_assessment a
     WHERE a.ens_id = w.ens AND a.ens_version_id <> w.ens_version AND a.concluded_at IS NOT NULL)
FROM risk_analyseddeclaration w
LEFT JOIN LATERAL (
    SELECT count(*) AS filings, count(*) FILTER (WHERE r.late_minutes > 0) AS late,
        count(*) FILTER (WHERE r.status = 'rejected'
            AND r.lodged_at > w.received_at - interval '24 hours') AS rejected
    FROM (
        SELECT late_minutes, status, lodged_at FROM declarations_filing
        WHERE sender = w.filer COLLATE "default" AND lodged_at < w.received_at
          AND lodged_at > w.received_at - interval '30 days'
        ORDER BY lodged_at DESC LIMIT 200) r
) f ON w.filer IS NOT NULL
LEFT JOIN LATERAL (
    SELECT count(DISTINCT e.id) AS withdrawn,
        count(DISTINCT (i.consignee_key, i.item_hs6, i.item_gross_mass)) AS variants
    FROM declarations_searchkey k,
    LATERAL (
        SELECT ens_id FROM declarations_searchkey
        WHERE kind = 'document' AND value = k.value AND ens_id <> w.ens
        ORDER BY ens_id DESC LIMIT 200) o,
    LATERAL (
        SELECT id FROM declarations_ens
        WHERE id = o.ens_id AND status = 'invalidated'
          AND registered_at > w.received_at - interval '30 days'
        LIMIT 1) e,
    LATERAL (
        SELECT consignee_key, item_hs6, item_gross_mass FROM risk_analyseditem
        WHERE ens = e.id AND current AND filer = w.filer LIMIT 1000) i
    WHERE k.ens_id = w.ens AND k.kind = 'document'
) d ON true
WHERE w.ens_version = ANY(%(versions)s::bigint[])
"""
_DECLARATION_NAMES = (
    "filer_filings_30d",
    "filer_late_30d",
    "filer_rejected_24h",
    "withdrawn_30d",
    "withdrawn_variants_30d",
    "case_was_open",
    "concluded_before",
)
assert {f"history.{name}" for name in (*_ITEM_NAMES, *_DECLARATION_NAMES)} == {
    field.name for field in HISTORY
}


def features(ens_versions: Sequence[int]) -> dict[int, Features]:
    """Return what history says of each of these versions, whose rows are written."""
    wanted = {"versions": list(ens_versions), "sections": section_starts()}
    items: dict[int, dict[int, dict[str, Number]]] = {}
    for version, number, *values in fetch_by_index(_OF_ITEMS, wanted):
        items.setdefault(version, {})[number] = _named(_ITEM_NAMES, values)
    declarations = {
        version: _named(_DECLARATION_NAMES, values)
        for version, *values in fetch_by_index(_OF_DECLARATIONS, wanted)
    }
    return {key: _folded(declarations.get(key, {}), items.get(key, {})) for key in ens_versions}


def _named(names: Sequence[str], values: Sequence[Any]) -> dict[str, Number]:
    return {
        f"history.{name}": _plain(value)
        for name, value in zip(names, values, strict=True)
        if value is not None
    }


def _plain(value: Number) -> Number:
    """Return a whole decimal as the integer that it is, the way it is stored."""
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return int(value) if whole else value


def _folded(declaration: dict[str, Number], items: dict[int, dict[str, Number]]) -> Features:
    """Return the features with what is the same for all goods items held once."""
    rows = list(items.values())
    same = {
        name: value
        for name, value in (rows[0].items() if rows else ())
        if all(row.get(name) == value for row in rows)
    }
    own = {
        number: {name: value for name, value in row.items() if name not in same}
        for number, row in items.items()
    }
    return Features(
        declaration=declaration | same, items={number: row for number, row in own.items() if row}
    )
