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
WHERE f.status <> 'rejected' AND f.received_from = ''
GROUP BY f.declarant, f.lrn HAVING count(*) > 1 ORDER BY 1
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

old_filing_versions = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
JOIN declarations_ensversion v ON v.ens_id = n.id AND v.number = n.version
JOIN declarations_filingversion fv ON fv.id = ANY(v.filing_versions)
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE fv.number <> f.version AND n.status <> 'absorbed' ORDER BY n.id
""")

lost_consignments = by_query("""
SELECT 'consignment ' || c.key || ' of ' || f.mrn FROM declarations_filing f
JOIN declarations_filingversion v ON v.filing_id = f.id AND v.number = f.version
JOIN declarations_declaredconsignment c ON c.filing_version_id = v.id
WHERE NOT EXISTS (
    SELECT 1 FROM declarations_consignmentlife l
    WHERE l.filing_id = f.id AND l.key = c.key AND l.goods <> 'no_longer_declared')
ORDER BY f.id, c.key
""")

do_not_load_too_late = by_query("""
SELECT 'measure ' || m.id FROM declarations_measure m JOIN declarations_ens n ON n.id = m.ens_id
WHERE m.kind = 'do_not_load' AND m.signed_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM declarations_clock k
    WHERE k.ens_id IN (m.ens_id, m.origin_id)
      AND (k.kind = 'do_not_load' AND k.ends_at > m.signed_at
      OR n.transport_mode = '4' AND k.started_at <= m.signed_at
         AND coalesce(k.stopped_at, m.signed_at) >= m.signed_at
         AND k.kind = CASE WHEN EXISTS (
             SELECT 1 FROM declarations_clock p WHERE p.ens_id = k.ens_id AND p.kind = 'preloading')
           THEN 'preloading' ELSE 'analysis' END))
ORDER BY m.id
""")

measure_on_dead_filing = by_query("""
SELECT 'measure ' || m.id FROM declarations_measure m
JOIN declarations_ens n ON n.id = m.ens_id
WHERE m.status IN ('awaiting_second', 'recommended', 'proposed') AND n.status = 'invalidated'
ORDER BY m.id
""")


def wrong_projections(scope: Scope) -> list[str]:
    """Return the versions whose rows for search differ from their document."""
    return [f"filing version {key}" for key in wrong_versions(newest_versions(scope.sample))]


rests_for_nothing = by_query("""
SELECT 'clock of ' || n.mrn FROM declarations_clock k JOIN declarations_ens n ON n.id = k.ens_id
WHERE k.suspended_at IS NOT NULL AND k.stopped_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM declarations_referral r WHERE r.ens_id = k.ens_id AND r.status = 'open')
ORDER BY k.id
""")

broken_attachments = by_query("""
SELECT 'attachment ' || a.id FROM declarations_attachment a
WHERE a.digest = '' OR a.size <> coalesce((
    SELECT sum(length(c.data)) FROM declarations_attachmentchunk c WHERE c.attachment_id = a.id), 0)
ORDER BY a.id
""")
