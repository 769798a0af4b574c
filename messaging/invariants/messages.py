"""Messages: each is answered, none is taken in twice, none is invented."""

from django.conf import settings

from messaging.invariants.invariant import Scope, by_query, found_by

_REMOVED = """EXISTS (
    SELECT 1 FROM events_droppedmonth d WHERE d.log = 'events_event'
      AND d.month = date_trunc('month', {moment} AT TIME ZONE 'UTC')::date)"""
"""Whether a retention policy removed the events of the month of a moment."""

unanswered = by_query("""
WITH unfinished AS (
    SELECT DISTINCT (e.data->>'message')::bigint AS message
    FROM events_delivery d
    JOIN events_event e ON e.id = d.event_id AND e.month = d.event_month
    WHERE d.consumer IN ('intake', 'reply') AND e.data ? 'message'
)
SELECT 'message ' || m.correlation FROM messaging_inboundmessage m
WHERE m.answer_id IS NULL AND m.repeats_id IS NULL AND m.state <> 'taken_in'
  AND NOT EXISTS (SELECT 1 FROM unfinished u WHERE u.message = m.id)
ORDER BY m.id
""")

unjudged_repeats = by_query("""
SELECT 'message ' || m.correlation FROM messaging_inboundmessage m
JOIN messaging_inboundmessage first ON first.id = m.repeats_id
WHERE first.repeats_id IS NOT NULL ORDER BY m.id
""")

lodged_twice = by_query("""
SELECT 'message ' || v.message_id FROM declarations_filingversion v
JOIN declarations_filing f ON f.id = v.filing_id AND f.received_from = ''
GROUP BY v.message_id HAVING count(*) > 1 ORDER BY v.message_id
""")

same_id_taken_twice = by_query("""
SELECT 'message id ' || m.message_identification || ' of operator ' || m.operator_id
FROM messaging_inboundmessage m WHERE m.mrn <> '' AND m.repeats_id IS NULL AND NOT m.is_test
GROUP BY m.operator_id, m.message_identification HAVING count(*) > 1 ORDER BY 1
""")

outbound_ids_twice = by_query("""
SELECT 'message id ' || o.message_identification FROM messaging_outboundmessage o
GROUP BY o.message_identification HAVING count(*) > 1 ORDER BY 1
""")

told_twice = by_query("""
SELECT o.kind || ' of event ' || o.event_id || ' to ' || o.recipient
FROM messaging_outboundmessage o
GROUP BY o.event_id, o.kind, o.recipient, o.mrn HAVING count(*) > 1 ORDER BY 1
""")

without_cause = by_query(f"""
SELECT o.kind || ' ' || o.message_identification FROM messaging_outboundmessage o
LEFT JOIN declarations_ensversion v ON v.ens_id = o.ens_id AND v.number = o.ens_version
WHERE NOT EXISTS (SELECT 1 FROM events_event e WHERE e.id = o.event_id)
      AND NOT {_REMOVED.format(moment="o.created_at")}
   OR (o.ens_version IS NOT NULL AND v.id IS NULL)
ORDER BY o.id
""")  # noqa: S608  no value of anybody's

_NOT_UNDONE = """
NOT EXISTS (
    SELECT 1 FROM events_event u
    WHERE u.stream = e.stream AND u.kind = 'case.decision_undone'
      AND u.data->'events' @> to_jsonb(e.id))
"""
_CAUSES = """
(VALUES ('filing.registered', 'CC328A'), ('filing.rejected', 'CC316A'),
        ('message.unreadable', 'CD917B'), ('measure.announced', 'CC351A'),
        ('control.announced', 'NOTICE'), ('control.announced', 'IE3N08'),
        ('control.forewarned', 'IE3N09'), ('refusal.signed', 'NOTICE'),
        ('consignment.released', 'NOTICE'), ('filing.expired', 'NOTICE'),
        ('message.test_accepted', 'CC328A'), ('message.test_refused', 'CC316A'),
        ('message.test_accepted', 'CC304A'), ('message.test_refused', 'CC305A'),
        ('message.test_accepted', 'CC325A'), ('message.test_refused', 'CC324A'),
        ('diversion.acknowledged', 'CC325A'), ('diversion.refused', 'CC324A'),
        ('declarations.requested', 'CD303A'), ('message.partner_refused', 'CD906B'),
        ('message.test_accepted', 'CD303A'), ('message.test_refused', 'CD906B'),
        ('ens.diverted', 'CD301A'), ('filing.amended', 'CC304A'), ('amendment.refused', 'CC305A'),
        ('arrival.registered', 'UK348A'), ('arrival.rejected', 'CC349A'),
        ('message.test_accepted', 'UK348A'), ('message.test_refused', 'CC349A'),
        ('arrival.registered', 'IE3R04'), ('message.test_accepted', 'IE3R04'),
        ('arrival.rejected', 'IE3N99'), ('arrival.rejected', 'IE3N01'),
        ('referral.asked', 'NOTICE'),
        ('filing.registered', 'IE3R01'), ('message.test_accepted', 'IE3R01'),
        ('filing.amended', 'IE3R01'), ('filing.amended', 'IE3N10'),
        ('message.test_accepted', 'IE3N10'), ('filing.invalidated', 'IE3R07'),
        ('message.test_accepted', 'IE3R07'), ('ens.consulted', 'IE3R08'),
        ('message.test_accepted', 'IE3R08'), ('message.unreadable', 'IE3N99'),
        ('filing.rejected', 'IE3N99'), ('filing.rejected', 'IE3N01'),
        ('amendment.refused', 'IE3N99'), ('amendment.refused', 'IE3N01'),
        ('invalidation.refused', 'IE3N99'), ('invalidation.refused', 'IE3N01'),
        ('consultation.refused', 'IE3N99'), ('message.test_refused', 'IE3N99'),
        ('message.test_refused', 'IE3N01'), ('referral.answer_refused', 'IE3N99'),
        ('referral.asked', 'IE3Q02'), ('referral.asked', 'IE3Q03'),
        ('measure.announced', 'IE3Q01'), ('measure.announced', 'NOTICE'),
        ('screening.found', 'XF4S01A'), ('screening.judged', 'XF4S01A')
) AS c(event, message)
"""

not_told = by_query(f"""
SELECT 'answer to event ' || e.id FROM events_event e
WHERE e.kind IN (SELECT c.event FROM {_CAUSES})
  AND NOT EXISTS (
    SELECT 1 FROM messaging_outboundmessage o JOIN {_CAUSES} ON c.message = o.kind
    WHERE o.event_id = e.id AND c.event = e.kind)
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d
    WHERE d.event_id = e.id
      AND d.consumer IN (
        'reply', 'announce', 'hand_over', 'notices', 'questions', 'controls', 'answer_states'))
  AND {_NOT_UNDONE}
ORDER BY e.id
""")  # noqa: S608  no value of anybody's

told_for_another_reason = by_query(f"""
SELECT o.kind || ' ' || o.message_identification FROM messaging_outboundmessage o
JOIN events_event e ON e.id = o.event_id
WHERE o.kind IN (SELECT c.message FROM {_CAUSES})
  AND NOT EXISTS (SELECT 1 FROM {_CAUSES} WHERE c.message = o.kind AND c.event = e.kind)
  AND NOT (o.kind IN ('NOTICE', 'CC351A') AND e.kind = 'measure.lifted')
  AND NOT (o.kind = 'NOTICE' AND split_part(e.kind, '.', 1) IN ('control', 'refusal', 'referral'))
ORDER BY o.id
""")  # noqa: S608  no value of anybody's

_BODIES = """
SELECT 'raw message ' || b.id FROM (
    SELECT id, body, digest FROM messaging_rawbody ORDER BY id DESC LIMIT %(limit)s) AS b
WHERE sha256(b.body) <> b.digest ORDER BY 1
"""


def changed_bodies(scope: Scope) -> list[str]:
    """Return the raw messages whose bytes are not those that were received or written."""
    return found_by(_BODIES, {"limit": scope.sample})


_STATES_NOT_TOLD = f"""
SELECT 'CD319A of ' || n.mrn || ' to ' || l.country FROM declarations_ens n
JOIN events_event e ON e.stream = n.id AND e.kind = 'assessment.risk_concluded'
                   AND (e.data->>'version')::int = n.version
JOIN declarations_entryleg l ON l.ens_id = n.id AND l.sequence > 0 AND l.country <> %(country)s
WHERE NOT EXISTS (
    SELECT 1 FROM messaging_outboundmessage o
    WHERE o.event_id = e.id AND o.kind = 'CD319A' AND o.recipient = l.country)
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d
    WHERE d.event_id = e.id AND d.consumer = 'notify_subsequent_offices')
  AND {_NOT_UNDONE}
GROUP BY n.id, n.mrn, l.country ORDER BY n.id, l.country
"""  # noqa: S608  no value of anybody's
_OFFICES_NOT_TOLD = f"""
SELECT 'notice of ' || n.mrn || ' to ' || l.office FROM declarations_ens n
JOIN events_event e ON e.stream = n.id AND e.kind = 'assessment.risk_concluded'
                   AND (e.data->>'version')::int = n.version
JOIN declarations_entryleg l ON l.ens_id = n.id AND l.sequence > 0 AND l.country = %(country)s
WHERE NOT EXISTS (
    SELECT 1 FROM declarations_subsequententrynotice s
    WHERE s.ens_id = n.id AND s.office = l.office AND s.version = n.version)
  AND NOT EXISTS (
    SELECT 1 FROM events_delivery d
    WHERE d.event_id = e.id AND d.consumer = 'notify_subsequent_offices')
  AND {_NOT_UNDONE}
GROUP BY n.id, n.mrn, l.office ORDER BY n.id, l.office
"""  # noqa: S608  no value of anybody's


def states_not_told(scope: Scope) -> list[str]:
    """Return the risks that another State on the way was not told of."""
    return found_by(_STATES_NOT_TOLD, {"country": settings.CUSTOMS_COUNTRY})


def own_offices_not_told(scope: Scope) -> list[str]:
    """Return the risks that one of our own offices on the way was not told of."""
    return found_by(_OFFICES_NOT_TOLD, {"country": settings.CUSTOMS_COUNTRY})


unannounced_but_told = by_query("""
SELECT o.kind || ' ' || o.message_identification FROM messaging_outboundmessage o
JOIN events_event e ON e.id = o.event_id
LEFT JOIN declarations_measure m ON m.id = (e.data->>'measure')::bigint
WHERE o.kind IN ('CC351A', 'IE3N08', 'IE3Q01') AND m.announced_at IS NULL ORDER BY o.id
""")

announced_but_not_told = by_query(f"""
SELECT 'measure ' || m.id || ' on ' || n.mrn FROM declarations_measure m
JOIN declarations_ens n ON n.id = m.ens_id
WHERE m.announced_at IS NOT NULL AND NOT {_REMOVED.format(moment="m.announced_at")}
AND NOT EXISTS (
    SELECT 1 FROM events_event e
    WHERE (e.stream = m.ens_id OR e.stream IN (
        SELECT x.id FROM declarations_ens x WHERE x.absorbed_by_id = m.ens_id
        UNION SELECT (p.data->>'ens')::bigint FROM events_event p
        WHERE p.stream = m.ens_id AND p.kind = 'ens.parted'))
      AND e.kind IN ('measure.announced', 'control.announced', 'refusal.signed')
      AND (e.data->>'measure')::bigint IN (m.id, m.caused_by_id)
      AND (EXISTS (SELECT 1 FROM messaging_outboundmessage o
                   WHERE o.event_id = e.id AND o.kind IN ('CC351A', 'IE3N08', 'IE3Q01', 'NOTICE'))
           OR EXISTS (SELECT 1 FROM events_delivery d
                      WHERE d.event_id = e.id
                        AND d.consumer IN ('announce', 'notices', 'controls'))))
ORDER BY m.id
""")  # noqa: S608  no value of anybody's

complete_but_not_told = by_query("""
SELECT 'IE3N03 of ' || n.mrn FROM declarations_ens n
JOIN declarations_ensversion v ON v.ens_id = n.id AND v.number = n.version
JOIN declarations_filingversion fv ON fv.id = v.filing_versions[1]
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE n.status = 'assessed' AND n.absorbed_by_id IS NULL
  AND f.type LIKE 'F%' AND f.received_from = ''
  AND EXISTS (SELECT 1 FROM risk_assessment a WHERE a.ens_version_id = v.id
              AND a.status = 'concluded' AND a.result IN ('no_risk', 'risk'))
  AND NOT EXISTS (SELECT 1 FROM messaging_outboundmessage o
                  WHERE o.ens_id = n.id AND o.ens_version = n.version AND o.kind = 'IE3N03')
  AND NOT EXISTS (SELECT 1 FROM events_delivery d
                  WHERE d.stream = n.id AND d.consumer = 'complete')
ORDER BY n.id
""")
