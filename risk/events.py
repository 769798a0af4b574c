"""What can happen in risk analysis and casework."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

ASSESSMENT_MADE = Kind(
    name="assessment.made",
    sentence=_("Version %(version)s analysed: %(hit_count)s hits, score %(score)s, %(outcome)s"),
)
ASSESSMENT_CONCLUDED = Kind(
    name="assessment.concluded",
    sentence=_("Assessment of version %(version)s concluded: %(result_name)s"),
)
RISK_CONCLUDED = Kind(
    name="assessment.risk_concluded", sentence=_("Assessment concluded: %(result_name)s")
)
CASE_OPENED = Kind(name="case.opened", sentence=_("Case opened at %(office)s"))
CASE_CALL_RECORDED = Kind(name="case.call_recorded", sentence=_("Told by telephone: %(recipient)s"))
CASE_CLAIMED = Kind(name="case.claimed", sentence=_("Claimed"))
CASE_GIVEN_BACK = Kind(name="case.given_back", sentence=_("Given back"))
CASE_DECIDED = Kind(name="case.decided", sentence=_("Decided: %(verb_name)s, %(reason_code)s"))
