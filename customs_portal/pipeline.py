"""The way of a message, on one page: which consumer is told of which kind of event.

bytes -> inbox.receive -> message.received -> intake -> filing.registered | filing.rejected
filing.registered    -> assess (names screened first, then opinion), reply (IE328, IE3R01)
filing.amended       -> assess again, reply (IE304, IE3N10); amendment.refused -> reply (IE305)
ens.considered_complete -> assess (a master whose houses did not come in half of the window)
link.due             -> link (houses below their masters); ens.regrouped, ens.completed -> assess
ens.incomplete, filing.expected -> missing (IE3N02, IE3N11)
filing.invalidated, invalidation.refused -> reply (IE3R07); ens.consulted -> reply (IE3R08)
arrival.registered, arrival.rejected -> reply (UK348A, CC349A, IE3R04)
what is refused of ICS2 -> reply (IE3N99 for what it says, IE3N01 for the state of the filing)
diversion.acknowledged, diversion.refused -> reply (IE325, IE324)
declarations.requested, message.partner_refused -> reply (IE303, IE906)
ens.diverted         -> hand_over (IE301)
screening.asked      -> ask_states (XF4Q01 to the involved Member States)
ens.screening_requested (XF4Q01 of another State) -> assess
screening.found, screening.judged -> answer_states (XF4S01)
ens.taken_over (IE301, IE303 of another State) -> assess, reconcile
declaration_request.made -> ask (IE302)
subsequent_entry.notified (IE319 of another State) -> reconcile (goods that came before it)
filing.rejected      -> reply (IE316); message.unreadable -> reply (CD917B)
message.test_accepted, message.test_refused -> reply (IE328, IE316), and nothing else
assessment.risk_concluded, analysis.still_open -> notify_subsequent_offices (IE319)
case.decided, measure.lifted, filing.superseded -> notify_subsequent_offices (changes, withdrawal)
subsequent_entry.acted, control.result_recorded -> feedback (XF319 to the State that told us, or
                        that we told)
assessment.complete (of a filing of ICS2, whatever its result) -> complete (IE3N03)
measure.announced    -> announce (IE351, IE3Q01)
arrival.house_left   -> arrivals (IE3N07)
control.announced, control.forewarned -> controls (IE3N08, IE3N09)
referral.asked -> questions (IE3Q02, IE3Q03 with their copies IE3N04, IE3N05; a notice in phase 1)
referral.reminded, .overdue, .withdrawn, .cancelled -> questions (notices as JSON)
referral.answered -> resume (the case comes back); referral.answer_refused -> reply (IE3N99)
measure.placed, measure.lifted -> terminal (a hold blocks and unblocks goods)
arrival.line_held, .hold_lifted, .hold_moved, .waived -> terminal (so does one on undeclared goods)
measure.lifted, control.*, refusal.*, consignment.released -> notices (what was announced, as JSON;
                        of filings of ICS2 measure.announced too, but for a do-not-load)
"""

from datetime import timedelta

from customs_portal.events.events import DELIVERY_WAIVED
from customs_portal.events.routing import Consumer, Pipeline
from customs_portal.privacy import events as kept
from declarations import events as declared
from messaging import events as wire
from risk import events as opinion

HEAVY = 20_000
"""The weight of a filing with 9,999 houses: what one batch may hold in memory."""
PIPELINE = Pipeline(
    consumers=(
        Consumer(
            name="intake",
            path="messaging.consumers.intake.handle",
            lease=timedelta(seconds=60),
            weight=HEAVY,
            give_up="messaging.giving_up.refuse_unprocessable",
        ),
        Consumer(name="reply", path="messaging.consumers.reply.handle", weight=HEAVY),
        Consumer(name="link", path="risk.consumers.link"),
        Consumer(name="assess", path="risk.consumers.assess", ordered=True, weight=HEAVY),
        Consumer(name="missing", path="messaging.consumers.missing.handle", ordered=True),
        Consumer(name="reconcile", path="declarations.consumers.reconcile"),
        Consumer(name="resume", path="risk.consumers.resume"),
        Consumer(name="questions", path="messaging.consumers.questions.handle", ordered=True),
        Consumer(name="complete", path="messaging.consumers.complete.handle", ordered=True),
        Consumer(name="alarm", path="risk.consumers.alarm"),
        Consumer(name="deadlines", path="risk.consumers.deadlines"),
        Consumer(name="compare", path="risk.consumers.compare"),
        Consumer(name="remember", path="risk.consumers.remember"),
        Consumer(name="go_on", path="risk.consumers.go_on"),
        Consumer(name="announce", path="messaging.consumers.announce.handle", ordered=True),
        Consumer(name="arrivals", path="messaging.consumers.arrivals.handle", ordered=True),
        Consumer(name="controls", path="messaging.consumers.control_notices.handle", ordered=True),
        Consumer(name="notices", path="messaging.consumers.notices.handle", ordered=True),
        Consumer(name="terminal", path="messaging.consumers.terminal.handle", ordered=True),
        Consumer(
            name="notify_subsequent_offices",
            path="messaging.consumers.subsequent_entry.handle",
            ordered=True,
            batch=50,
            task="messaging.tasks.notify_subsequent_offices",
        ),
        Consumer(name="ask_states", path="messaging.consumers.screening.ask", ordered=True),
        Consumer(name="answer_states", path="messaging.consumers.screening.answer", ordered=True),
        Consumer(name="ask", path="messaging.consumers.asking.handle"),
        Consumer(name="feedback", path="messaging.consumers.feedback.handle"),
        Consumer(name="hand_over", path="messaging.consumers.hand_over.handle", ordered=True),
    ),
    routes={
        wire.MESSAGE_RECEIVED: ("intake",),
        wire.MESSAGE_UNREADABLE: ("reply",),
        wire.TEST_ACCEPTED: ("reply",),
        wire.TEST_REFUSED: ("reply",),
        declared.FILING_REGISTERED: ("reply", "assess", "reconcile"),
        declared.FILING_REJECTED: ("reply",),
        declared.FILING_AMENDED: ("reply", "assess"),
        declared.AMENDMENT_REFUSED: ("reply",),
        declared.FILING_INVALIDATED: ("reply",),
        declared.INVALIDATION_REFUSED: ("reply",),
        declared.ENS_CONSULTED: ("reply",),
        declared.LINK_DUE: ("link",),
        declared.FILING_EXPIRED: ("notices",),
        declared.ENS_INCOMPLETE: ("missing",),
        declared.FILING_EXPECTED: ("missing",),
        declared.ENS_REGROUPED: ("assess",),
        declared.ENS_COMPLETED: ("assess",),
        declared.ENS_CONSIDERED_COMPLETE: ("assess",),
        declared.CONSULTATION_REFUSED: ("reply",),
        declared.REFERRAL_ANSWER_REFUSED: ("reply",),
        declared.ARRIVAL_REGISTERED: ("reply",),
        declared.ARRIVAL_REJECTED: ("reply",),
        declared.DIVERSION_ACKNOWLEDGED: ("reply",),
        declared.DIVERSION_REFUSED: ("reply",),
        declared.DECLARATIONS_REQUESTED: ("reply",),
        wire.PARTNER_REFUSED: ("reply",),
        declared.ENS_DIVERTED: ("hand_over",),
        declared.SUBSEQUENT_ENTRY_NOTIFIED: ("reconcile",),
        declared.ENS_TAKEN_OVER: ("assess", "reconcile"),
        declared.DECLARATION_REQUEST_MADE: ("ask",),
        declared.ENS_SCREENING_REQUESTED: ("assess",),
        opinion.SCREENING_ASKED: ("ask_states",),
        opinion.SCREENING_FOUND: ("answer_states",),
        opinion.SCREENING_JUDGED: ("answer_states",),
        declared.MEASURE_ANNOUNCED: ("announce", "notices"),
        declared.MEASURE_BREACHED: ("alarm",),
        declared.TRAFFIC_CORRECTED: ("deadlines",),
        opinion.ASSESSMENT_MADE: ("compare",),
        opinion.ASSESSMENT_CONCLUDED: ("compare",),
        declared.MEASURE_PLACED: ("terminal",),
        declared.MEASURE_LIFTED: ("notices", "terminal", "notify_subsequent_offices", "go_on"),
        declared.ARRIVAL_HOUSE_LEFT: ("arrivals",),
        declared.ARRIVAL_LINE_HELD: ("terminal",),
        declared.ARRIVAL_HOLD_LIFTED: ("terminal",),
        declared.ARRIVAL_HOLD_MOVED: ("terminal",),
        declared.ARRIVAL_WAIVED: ("terminal",),
        declared.CONTROL_ANNOUNCED: ("controls", "notices"),
        declared.CONTROL_FOREWARNED: ("controls",),
        declared.CONTROL_RESULT: ("notices", "remember", "feedback"),
        declared.CONTROL_WAIVED: ("notices",),
        declared.CONTROL_PASSED_ON: ("notices",),
        declared.REFUSAL_SIGNED: ("notices",),
        declared.REFUSAL_IN_FORCE: ("notices",),
        declared.REFUSAL_REVOKED: ("notices",),
        declared.CONSIGNMENT_RELEASED: ("notices",),
        declared.REFERRAL_ASKED: ("questions",),
        declared.REFERRAL_REMINDED: ("questions",),
        declared.REFERRAL_OVERDUE: ("questions",),
        declared.REFERRAL_WITHDRAWN: ("questions",),
        declared.REFERRAL_CANCELLED: ("questions", "resume"),
        declared.REFERRAL_ANSWERED: ("resume",),
        opinion.ASSESSMENT_COMPLETE: ("complete",),
        opinion.FULL_ASSESSMENT_DUE: ("assess",),
        opinion.RISK_CONCLUDED: ("notify_subsequent_offices",),
        opinion.CASE_DECIDED: ("notify_subsequent_offices",),
        wire.ANALYSIS_STILL_OPEN: ("notify_subsequent_offices",),
        declared.FILING_SUPERSEDED: ("notify_subsequent_offices",),
        declared.SUBSEQUENT_ENTRY_ACTED: ("feedback",),
    },
    story_only=frozenset(
        {
            DELIVERY_WAIVED,
            kept.RETENTION_APPLIED,
            kept.RETENTION_REHEARSED,
            kept.HOLD_PLACED,
            kept.HOLD_LIFTED,
            kept.SUBJECT_REPORTED,
            declared.CLOCK_ENDED,
            declared.FILING_LINKED,
            declared.FILING_LINK_CONFIRMED,
            declared.FILING_UNLINKED,
            declared.ENS_ABSORBED,
            declared.ENS_PARTED,
            declared.FILING_APPROACHED,
            declared.ENS_REQUESTED,
            declared.MEASURE_PROPOSED,
            declared.MEASURE_LAPSED,
            declared.MEASURE_RECONFIRM_ASKED,
            declared.MEASURE_RECONFIRMED,
            declared.MEASURE_COMPLIED,
            declared.CONTROL_DUE,
            declared.MEASURE_SIGNED,
            declared.MEASURE_DECLINED,
            declared.STEP_PROPOSED,
            declared.STEP_DECLINED,
            declared.CONTROL_ORDERED,
            declared.CONTROL_DECIDED_AGAINST,
            declared.CONTROL_SCHEDULED,
            declared.CONTROL_STARTED,
            declared.CONTROL_PICTURE,
            declared.REFUSAL_HEARD,
            declared.REFUSAL_EXECUTED,
            declared.CONSIGNMENT_PRESENTED,
            declared.PRESENTATION_REVOKED,
            declared.CONSIGNMENT_UNDER_CONTROL,
            declared.CONSIGNMENT_NOT_RELEASED,
            declared.SUBSEQUENT_ENTRY_INFORMED,
            declared.SUBSEQUENT_ENTRY_LATE,
            declared.SUBSEQUENT_ENTRY_WITHDRAWN,
            declared.SUBSEQUENT_ENTRY_SET_ASIDE,
            declared.SUBSEQUENT_ENTRY_REPLACED,
            declared.SUBSEQUENT_ENTRY_ARRIVED,
            declared.SUBSEQUENT_ENTRY_MISSED,
            declared.SUBSEQUENT_ENTRY_FEEDBACK,
            declared.ENS_TOLD_AGAIN,
            declared.DECLARATION_REQUEST_ANSWERED,
            declared.DECLARATION_REQUEST_TIMED_OUT,
            declared.INFRINGEMENT_FOUND,
            declared.INFRINGEMENT_STEP,
            declared.DUAL_FILING_SUSPECTED,
            declared.DUAL_FILING_DISMISSED,
            declared.DUAL_FILING_KEPT,
            declared.DUAL_FILING_WON,
            declared.ARRIVAL_ATTEMPTED,
            declared.ARRIVAL_RECORDED,
            declared.DIVERSION_RECORDED,
            declared.ARRIVAL_FOUND,
            declared.ARRIVAL_MATCHED,
            declared.ARRIVAL_UNMATCHED,
            declared.ARRIVAL_LINE_ASKED,
            declared.ARRIVAL_RESOLVED,
            declared.CONSIGNMENT_MISSED,
            declared.REFERRAL_AMENDED,
            declared.REFERRAL_ATTEMPTED,
            declared.REFERRAL_SETTLED,
            declared.REFERRAL_INSUFFICIENT,
            declared.ATTACHMENT_ADDED,
            declared.ATTACHMENT_SCANNED,
            opinion.ASSESSMENT_SUPERSEDED,
            opinion.SCREENING_ANSWERED,
            opinion.SCREENING_IGNORED,
            opinion.SCREENING_SILENT,
            opinion.CASE_OPENED,
            opinion.CASE_CLOSED,
            opinion.CASE_CALL_RECORDED,
            opinion.CASE_CLAIMED,
            opinion.CASE_GIVEN_BACK,
            opinion.CASE_RELEASED,
            opinion.SHIFT_SIGNED,
            opinion.SHIFT_READ,
            opinion.CASE_PROPOSED,
            opinion.CASE_SIGNED,
            opinion.CASE_NOT_SIGNED,
            opinion.CASE_PROPOSAL_VOID,
            opinion.CASE_DECISION_UNDONE,
            opinion.CASE_NOTED,
            opinion.CASE_ANSWERED,
            opinion.RULE_DRAFTED,
            opinion.RULE_PROPOSED,
            opinion.RULE_SENT_BACK,
            opinion.RULE_WITHDRAWN,
            opinion.RULE_APPROVED,
            opinion.RULE_APPROVED_URGENTLY,
            opinion.RULE_PUBLISHED,
            opinion.RULE_RETIRED,
            opinion.RULE_REVIEW_DUE,
            opinion.RULE_REVIEWED,
            opinion.RULE_SET_PROPOSED,
            opinion.RULE_SET_WITHDRAWN,
            opinion.RULE_SET_PUBLISHED,
            opinion.RULE_SET_EXPORTED,
            opinion.RULES_IMPORTED,
            opinion.LIST_LOADED,
            opinion.LIST_CHANGED,
            opinion.RESCREENING_STARTED,
            opinion.RESCREENING_ENDED,
            opinion.NAME_MATCH_DISMISSED,
            opinion.NAME_MATCH_CONFIRMED,
            opinion.NAME_MATCH_REOPENED,
            opinion.BACK_TEST_ASKED,
            opinion.BACK_TEST_ENDED,
            opinion.RULE_CAPPED,
            opinion.REASSESSMENT_STARTED,
            opinion.REASSESSMENT_ENDED,
            opinion.CASE_TRANSFERRED,
            wire.MESSAGE_REPEATED,
            wire.MESSAGE_DISCARDED,
            wire.MESSAGE_REFUSED,
            wire.TEST_WITHOUT_ANSWER,
            wire.MESSAGE_CREATED,
            wire.MESSAGE_COLLECTED,
            wire.MESSAGE_DELIVERED,
            wire.MESSAGE_STOPPED,
            wire.MESSAGE_SET_ASIDE,
            wire.TERMINAL_UNKNOWN,
        }
    ),
)
