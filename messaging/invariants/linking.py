"""Links of filings: as their keys say, with the ENS that follow; what is due is let be."""

from declarations.expected import missing
from messaging.invariants.invariant import Scope, by_query, found_by

_DUE = """
EXISTS (SELECT 1 FROM events_delivery d WHERE d.consumer = 'link')
"""

members_not_in_version = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
JOIN declarations_ensversion v ON v.ens_id = n.id AND v.number = n.version
WHERE n.status <> 'absorbed' AND ARRAY(
    SELECT m.filing_id FROM declarations_ensmember m WHERE m.ens_id = n.id ORDER BY 1
  ) <> ARRAY(
    SELECT fv.filing_id FROM declarations_filingversion fv
    WHERE fv.id = ANY(v.filing_versions) ORDER BY 1)
ORDER BY n.id
""")

linked_otherwise = by_query(f"""
SELECT 'filing ' || f.mrn FROM declarations_filing f
LEFT JOIN declarations_filinglink l ON l.lower_id = f.id AND l.ended_at IS NULL
LEFT JOIN declarations_filing u ON u.id = l.upper_id
LEFT JOIN LATERAL (
    SELECT o.filing_id FROM declarations_linkkey a
    JOIN declarations_linkkey o ON o.value = a.value AND o.side = 'offer'
    WHERE a.filing_id = f.id AND a.side = 'ask' AND o.filing_id <> f.id
    ORDER BY a.rank, o.filing_id LIMIT 1) best ON true
WHERE f.link <> '' AND NOT {_DUE} AND CASE
    WHEN l.confirmed_by_id IS NOT NULL THEN
        f.status NOT IN ('registered', 'closed') OR u.status NOT IN ('registered', 'closed')
    ELSE l.upper_id IS DISTINCT FROM best.filing_id END
ORDER BY f.id
""")  # noqa: S608 our own text

linked_without_link = by_query("""
SELECT 'filing ' || f.mrn FROM declarations_filing f
WHERE (f.link = 'linked') <> EXISTS (
    SELECT 1 FROM declarations_filinglink l WHERE l.lower_id = f.id AND l.ended_at IS NULL)
ORDER BY f.id
""")

in_a_wrong_ens = by_query(f"""
WITH RECURSIVE up(filing, top) AS (
    SELECT f.id, f.id FROM declarations_filing f WHERE f.link <> ''
    UNION
    SELECT u.filing, l.upper_id FROM up u JOIN declarations_filinglink l
        ON l.lower_id = u.top AND l.ended_at IS NULL AND NOT l.waits
)
SELECT 'filing ' || f.mrn FROM up u
JOIN declarations_filing f ON f.id = u.filing
JOIN declarations_filing top ON top.id = u.top
JOIN declarations_ensmember m ON m.filing_id = f.id
JOIN declarations_ens n ON n.id = m.ens_id
WHERE n.mrn <> top.mrn AND NOT {_DUE} AND NOT EXISTS (
    SELECT 1 FROM declarations_filinglink l
    WHERE l.lower_id = u.top AND l.ended_at IS NULL AND NOT l.waits)
ORDER BY f.id
""")  # noqa: S608 our own text

absorbed_wrongly = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
JOIN declarations_filing f ON f.mrn = n.mrn AND f.link <> ''
JOIN declarations_ensmember m ON m.filing_id = f.id
WHERE (n.status = 'absorbed') <> (m.ens_id <> n.id)
   OR (m.ens_id <> n.id AND n.absorbed_by_id IS DISTINCT FROM m.ens_id)
ORDER BY n.id
""")

keys_of_ended_filings = by_query("""
SELECT DISTINCT 'filing ' || f.mrn FROM declarations_linkkey k
JOIN declarations_filing f ON f.id = k.filing_id
WHERE f.status NOT IN ('registered', 'closed') ORDER BY 1
""")

_WAITING = f"""
SELECT n.id FROM declarations_ens n
WHERE n.completeness IN ('pending', 'complete') AND NOT {_DUE}
  AND n.status NOT IN ('invalidated', 'closed', 'absorbed')
"""  # noqa: S608 our own text


def complete_without_filings(_scope: Scope) -> list[str]:
    """Return the ENS whose completeness is not what follows from their filings.

    One that was complete stays so though a filing is withdrawn.
    """
    found = [int(key) for key in found_by(_WAITING)]
    wanted = missing(found)
    reopened = [key for key in wanted if any(not one.withdrawn for one in wanted[key])]
    return found_by(
        "SELECT 'ENS ' || n.mrn FROM declarations_ens n WHERE n.id = ANY(%(found)s) AND CASE"
        " WHEN n.completeness = 'complete' THEN n.id = ANY(%(reopened)s)"
        " ELSE NOT n.id = ANY(%(lacking)s) END ORDER BY n.id",
        {"found": found, "lacking": list(wanted), "reopened": reopened},
    )
