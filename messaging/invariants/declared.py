"""Declarations: their numbers are theirs alone, and what is searched is what was declared."""

from declarations.rebuilding import newest_versions, wrong_versions
from messaging.invariants.invariant import Scope, by_query

mrn_twice = by_query("""
SELECT 'MRN ' || f.mrn FROM declarations_filing f WHERE f.mrn IS NOT NULL
GROUP BY f.mrn HAVING count(*) > 1
UNION
SELECT 'MRN ' || n.mrn FROM declarations_ens n GROUP BY n.mrn HAVING count(*) > 1 ORDER BY 1
""")

lrn_twice = by_query("""
SELECT 'LRN ' || f.lrn || ' of ' || f.declarant FROM declarations_filing f
WHERE f.status <> 'rejected' GROUP BY f.declarant, f.lrn HAVING count(*) > 1 ORDER BY 1
""")

filings_without_ens = by_query("""
SELECT 'filing ' || f.mrn FROM declarations_filing f
WHERE f.status = 'registered'
  AND (NOT EXISTS (SELECT 1 FROM declarations_ensmember m WHERE m.filing_id = f.id)
       OR NOT EXISTS (SELECT 1 FROM declarations_filingversion v
                      WHERE v.filing_id = f.id AND v.number = f.version))
ORDER BY f.id
""")

ens_without_version = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
WHERE NOT EXISTS (SELECT 1 FROM declarations_ensversion v
                  WHERE v.ens_id = n.id AND v.number = n.version)
ORDER BY n.id
""")


def wrong_projections(scope: Scope) -> list[str]:
    """Return the versions whose rows for search differ from their document."""
    return [f"filing version {key}" for key in wrong_versions(newest_versions(scope.sample))]
