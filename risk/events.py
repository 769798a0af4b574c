"""What can happen in risk analysis and casework."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

ASSESSMENT_MADE = Kind(
    name="assessment.made",
    sentence=_("Version %(version)s analysed: hits %(hit_count)s, score %(score)s, %(outcome)s"),
)
ASSESSMENT_CONCLUDED = Kind(
    name="assessment.concluded",
    sentence=_("Assessment of version %(version)s concluded: %(result_name)s"),
)
ASSESSMENT_SUPERSEDED = Kind(name="assessment.superseded", sentence=_("Open assessment superseded"))
RISK_CONCLUDED = Kind(
    name="assessment.risk_concluded", sentence=_("Assessment concluded: %(result_name)s")
)
ASSESSMENT_COMPLETE = Kind(
    name="assessment.complete", sentence=_("Assessment complete: its end is told to the filer")
)
FULL_ASSESSMENT_DUE = Kind(
    name="assessment.full_due",
    sentence=_("The assessment before loading of version %(version)s is over: the full one is due"),
)
SCREENING_ASKED = Kind(
    name="screening.asked", sentence=_("E-screening asked of %(countries)s for version %(version)s")
)
SCREENING_ANSWERED = Kind(
    name="screening.answered", sentence=_("%(country)s: %(state_name)s in e-screening%(when)s")
)
SCREENING_IGNORED = Kind(
    name="screening.ignored",
    sentence=_("%(country)s answered an e-screening again or too late for it to count"),
)
SCREENING_SILENT = Kind(
    name="screening.silent",
    sentence=_("%(countries)s did not answer the e-screening in time: counts as no hit"),
)
SCREENING_FOUND = Kind(
    name="screening.found", sentence=_("Screened for %(country)s: %(state_name)s")
)
SCREENING_JUDGED = Kind(
    name="screening.judged", sentence=_("Hit judged for %(country)s: %(state_name)s")
)
CASE_OPENED = Kind(name="case.opened", sentence=_("Case opened at %(office)s"))
CASE_CALL_RECORDED = Kind(name="case.call_recorded", sentence=_("Told by telephone: %(recipient)s"))
CASE_CLOSED = Kind(name="case.closed", sentence=_("Case closed: no longer ours to analyse"))
CASE_CLAIMED = Kind(name="case.claimed", sentence=_("Claimed"))
CASE_GIVEN_BACK = Kind(name="case.given_back", sentence=_("Given back"))
CASE_RELEASED = Kind(
    name="case.released",
    sentence=_("Back in the queue: its officer was not active for %(minutes)s minutes"),
)
SHIFT_SIGNED = Kind(name="shift.signed", sentence=_("Note of the shift signed at %(office)s"))
SHIFT_READ = Kind(name="shift.read", sentence=_("Note of the shift of %(office)s read"))
CASE_TRANSFERRED = Kind(
    name="case.transferred",
    sentence=_("Handed over from %(from_office)s to %(office)s: %(reason)s"),
)
CASE_DECIDED = Kind(name="case.decided", sentence=_("Decided: %(verb_name)s, %(reason_code)s"))
CASE_PROPOSED = Kind(
    name="case.proposed",
    sentence=_("Proposed for a second signature: %(verb_name)s, %(reason_code)s"),
)
CASE_SIGNED = Kind(
    name="case.signed", sentence=_("Second signature given: %(verb_name)s, %(reason_code)s")
)
CASE_NOT_SIGNED = Kind(
    name="case.not_signed", sentence=_("Not signed: %(verb_name)s, %(reason_code)s: %(note)s")
)
CASE_PROPOSAL_VOID = Kind(
    name="case.proposal_void",
    sentence=_("Proposal void, the case changed: %(verb_name)s, %(reason_code)s"),
)
CASE_DECISION_UNDONE = Kind(
    name="case.decision_undone",
    sentence=_("Undone before anything was sent: %(verb_name)s, %(reason_code)s"),
)
CASE_NOTED = Kind(name="case.noted", sentence=_("%(kind_name)s added%(contact)s"))
CASE_ANSWERED = Kind(
    name="case.answered", sentence=_("Back in review: no question is open any more")
)
RULE_DRAFTED = Kind(name="rule.drafted", sentence=_("Draft begun"))
RULE_PROPOSED = Kind(name="rule.proposed", sentence=_("Draft proposed for approval"))
RULE_SENT_BACK = Kind(name="rule.sent_back", sentence=_("Draft sent back to its author"))
RULE_WITHDRAWN = Kind(name="rule.withdrawn", sentence=_("Draft withdrawn"))
RULE_APPROVED = Kind(name="rule.approved", sentence=_("Approved as version %(version)s"))
RULE_APPROVED_URGENTLY = Kind(
    name="rule.approved_urgently",
    sentence=_("Approved urgently as version %(version)s, for %(hours)s hours"),
)
RULE_PUBLISHED = Kind(
    name="rule.published",
    sentence=_("Version %(version)s published with rule set %(rule_set)s"),
)
RULE_RETIRED = Kind(name="rule.retired", sentence=_("Retired with rule set %(rule_set)s"))
RULE_REVIEW_DUE = Kind(
    name="rule.review_due", sentence=_("Review of version %(version)s is due by %(due_on)s")
)
RULE_REVIEWED = Kind(name="rule.reviewed", sentence=_("Version %(version)s reviewed"))
RULE_SET_PROPOSED = Kind(
    name="rule_set.proposed", sentence=_("Publication %(publication)s proposed")
)
RULE_SET_WITHDRAWN = Kind(
    name="rule_set.withdrawn", sentence=_("Publication %(publication)s withdrawn")
)
RULE_SET_PUBLISHED = Kind(
    name="rule_set.published", sentence=_("Rule set %(rule_set)s published: %(count)s rules")
)
RULE_SET_EXPORTED = Kind(
    name="rule_set.exported", sentence=_("Rule set %(rule_set)s exported, digest %(digest)s")
)
RULES_IMPORTED = Kind(
    name="rule_set.imported", sentence=_("%(count)s drafts imported, digest %(digest)s")
)
LIST_LOADED = Kind(
    name="reference_list.loaded",
    sentence=_("List %(list)s loaded: %(added)s entries added, %(removed)s removed"),
)
RESCREENING_STARTED = Kind(
    name="reference_list.rescreening_started",
    sentence=_("Names seen before are held against %(total)s entries of list %(list)s"),
)
RESCREENING_ENDED = Kind(
    name="reference_list.rescreening_ended",
    sentence=_("Names seen before were held against list %(list)s: %(matched)s match"),
)
NAME_MATCH_DISMISSED = Kind(
    name="name_match.dismissed",
    sentence=_("Match %(match)s dismissed until %(until)s: another party"),
)
NAME_MATCH_CONFIRMED = Kind(
    name="name_match.confirmed", sentence=_("Match %(match)s confirmed: the listed party")
)
NAME_MATCH_REOPENED = Kind(
    name="name_match.reopened", sentence=_("Verdict on match %(match)s taken back")
)
LIST_CHANGED = Kind(
    name="reference_list.changed",
    sentence=_("List %(list)s: owner or threshold changed, revision %(revision)s"),
)
BACK_TEST_ASKED = Kind(
    name="back_test.asked", sentence=_("Back-test %(back_test)s asked for: %(total)s declarations")
)
BACK_TEST_ENDED = Kind(
    name="back_test.ended", sentence=_("Back-test %(back_test)s ended: %(state_name)s")
)
RULE_CAPPED = Kind(
    name="rule.capped",
    sentence=_("Rule %(rule)s reached its limit of %(limit)s hits for the day at %(office)s"),
)
REASSESSMENT_STARTED = Kind(
    name="rule_set.reassessment_started",
    sentence=_("Open declarations are held against rule set %(rule_set)s: %(total)s"),
)
REASSESSMENT_ENDED = Kind(
    name="rule_set.reassessment_ended",
    sentence=_(
        "Open declarations were held against rule set %(rule_set)s: %(changed)s with new hits"
    ),
)
