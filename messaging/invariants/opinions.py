"""Assessments and cases: nobody is forgotten, nothing passes by mistake, no case is idle."""

from messaging.invariants.invariant import by_query

not_assessed = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
WHERE n.status IN ('ready', 'in_analysis', 'assessed') AND n.absorbed_by_id IS NULL
  AND n.role NOT IN ('subsequent_entry', 'lodgement')
  AND NOT EXISTS (
    SELECT 1 FROM risk_assessment a JOIN declarations_ensversion v ON v.id = a.ens_version_id
    WHERE a.ens_id = n.id AND v.number = n.version AND a.status <> 'superseded')
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = n.id AND c.status = 'open')
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d WHERE d.stream = n.id AND d.consumer = 'assess')
ORDER BY n.id
""")

undecided_without_case = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
WHERE EXISTS (
    SELECT 1 FROM risk_assessment a JOIN declarations_ensversion v ON v.id = a.ens_version_id
    WHERE a.ens_id = n.id AND v.number = n.version AND a.status IN ('review', 'waiting'))
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = n.id AND c.status = 'open')
ORDER BY n.id
""")

case_without_reason = by_query("""
SELECT 'case ' || c.id FROM risk_case c JOIN declarations_ens n ON n.id = c.ens_id
WHERE c.status = 'open' AND c.cause IN ('risk', 'changed', 'told', 'inconsistent') AND NOT EXISTS (
    SELECT 1 FROM risk_assessment a JOIN declarations_ensversion v ON v.id = a.ens_version_id
    WHERE a.ens_id = n.id AND v.number = n.version AND a.status IN ('review', 'waiting'))
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d WHERE d.stream = n.id AND d.consumer = 'assess')
ORDER BY c.id
""")

open_cases_twice = by_query("""
SELECT 'ENS ' || c.ens_id FROM risk_case c WHERE c.status = 'open'
GROUP BY c.ens_id HAVING count(*) > 1 ORDER BY c.ens_id
""")

assessed_twice = by_query("""
SELECT 'ENS version ' || a.ens_version_id FROM risk_assessment a WHERE a.status <> 'superseded'
GROUP BY a.ens_version_id, a.kind HAVING count(*) > 1 ORDER BY 1
""")

decided_twice = by_query("""
SELECT 'assessment ' || d.assessment_id FROM risk_decision d
WHERE NOT EXISTS (SELECT 1 FROM risk_undoing u WHERE u.decision_id = d.id)
GROUP BY d.assessment_id HAVING count(*) > 1 ORDER BY 1
""")

passed_by_mistake = by_query("""
SELECT 'assessment ' || a.id FROM risk_assessment a
WHERE a.status = 'concluded' AND a.result = 'no_risk' AND a.concluded_by_id IS NULL
  AND (a.kind = 'manual' OR a.outcome NOT IN ('none', 'observe') OR EXISTS (
    SELECT 1 FROM risk_screening s
    WHERE s.ens_version_id = a.ens_version_id AND s.is_ours AND s.state = 'asked'))
ORDER BY a.id
""")

screens_for_nothing = by_query("""
SELECT 'assessment ' || a.id FROM risk_assessment a
WHERE a.status = 'screening' AND NOT EXISTS (
    SELECT 1 FROM risk_screening s
    WHERE s.ens_version_id = a.ens_version_id AND s.is_ours AND s.state = 'asked')
ORDER BY a.id
""")

not_asked = by_query("""
SELECT 'e-screening ' || s.reference || ' of ' || s.country FROM risk_screening s
WHERE s.is_ours AND s.state = 'asked' AND NOT EXISTS (
    SELECT 1 FROM messaging_outboundmessage o JOIN declarations_ensversion v
      ON v.id = s.ens_version_id
    WHERE o.ens_id = s.ens_id AND o.kind = 'XF4Q01A' AND o.recipient = s.country
      AND o.ens_version = v.number)
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d WHERE d.stream = s.ens_id AND d.consumer = 'ask_states')
ORDER BY s.id
""")

screened_unanswered = by_query("""
SELECT 'e-screening ' || s.reference || ' for ' || s.country FROM risk_screening s
WHERE NOT s.is_ours AND s.state IN ('asked', 'hit')
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = s.ens_id AND c.status = 'open')
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d WHERE d.stream = s.ens_id AND d.consumer = 'assess')
ORDER BY s.id
""")

waits_for_nothing = by_query("""
SELECT 'assessment ' || a.id FROM risk_assessment a
WHERE a.status = 'waiting'
  AND NOT EXISTS (
    SELECT 1 FROM declarations_referral r WHERE r.ens_id = a.ens_id AND r.status = 'open')
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d WHERE d.stream = a.ens_id AND d.consumer = 'resume')
ORDER BY a.id
""")

asked_but_not_waiting = by_query("""
SELECT 'referral ' || r.reference FROM declarations_referral r
WHERE r.status = 'open' AND NOT EXISTS (
    SELECT 1 FROM risk_assessment a WHERE a.ens_id = r.ens_id AND a.status = 'waiting')
ORDER BY r.id
""")

void_proposals_open = by_query("""
SELECT 'case ' || p.case_id FROM risk_decisionproposal p JOIN risk_case c ON c.id = p.case_id
WHERE p.state = 'open' AND (c.status <> 'open' OR c.revision <> p.revision)
ORDER BY p.id
""")

measure_without_decision = by_query("""
SELECT 'measure ' || m.id FROM declarations_measure m
WHERE m.caused_by_id IS NULL AND m.kind <> 'refusal'
  AND m.status NOT IN ('awaiting_second', 'declined', 'lapsed') AND NOT EXISTS (
    SELECT 1 FROM risk_decision d JOIN risk_case c ON c.id = d.case_id
    WHERE (c.ens_id IN (m.ens_id, m.origin_id) OR c.ens_id IN (
        SELECT x.id FROM declarations_ens x WHERE x.absorbed_by_id = m.ens_id))
      AND d.reason_code = m.reason_code
      AND d.decided_at = CASE m.kind WHEN 'do_not_load' THEN m.signed_at ELSE m.placed_at END)
  AND NOT (m.placed_by_id IS NULL AND EXISTS (
    SELECT 1 FROM declarations_arrivalline l
    WHERE l.ens_id = m.ens_id AND l.hold = 'moved' AND l.settled_at = m.placed_at))
  AND NOT (m.placed_by_id IS NULL AND m.kind = 'control' AND EXISTS (
    SELECT 1 FROM declarations_receivedtransmission t
    WHERE t.ens_id = m.ens_id AND t.message = 'IE319'))
ORDER BY m.id
""")

assessed_too_early = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
WHERE n.status = 'assessed' AND EXISTS (
    SELECT 1 FROM risk_assessment a JOIN declarations_ensversion v ON v.id = a.ens_version_id
    WHERE a.ens_id = n.id AND v.number = n.version
      AND a.status IN ('screening', 'review', 'waiting'))
ORDER BY n.id
""")

not_assessed_in_full = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
JOIN declarations_ensversion v ON v.ens_id = n.id AND v.number = n.version
JOIN risk_assessment a ON a.ens_version_id = v.id AND a.kind = 'preloading'
  AND a.status = 'concluded' AND a.result <> 'dnl'
WHERE n.status IN ('ready', 'in_analysis', 'assessed')
  AND EXISTS (
    SELECT 1 FROM declarations_clock p WHERE p.ens_id = n.id AND p.kind = 'preloading')
  AND NOT EXISTS (
    SELECT 1 FROM risk_assessment f
    WHERE f.ens_version_id = v.id AND f.kind <> 'preloading' AND f.status <> 'superseded')
  AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = n.id AND c.status = 'open')
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d WHERE d.stream = n.id AND d.consumer = 'assess')
ORDER BY n.id
""")

unlimited = by_query("""
SELECT 'ENS ' || n.mrn FROM declarations_ens n
WHERE n.status IN ('ready', 'in_analysis') AND n.absorbed_by_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM declarations_clock k
    WHERE k.ens_id = n.id AND k.kind = 'analysis' AND k.stopped_at IS NULL)
ORDER BY n.id
""")
