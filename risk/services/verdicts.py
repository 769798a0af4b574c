"""What an officer says of a hit in a filing that another State has us screen."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record_many
from customs_portal.findings import Finding
from declarations.services.results import Changed, Refused, refusal, refused
from risk import policies
from risk.events import SCREENING_JUDGED
from risk.lifecycle import SCREENING
from risk.models import Assessment, Case, Screening
from risk.models.choices import Severity
from risk.models.screening import LONGEST_TEXT
from risk.services.cases import locked_cases
from risk.services.decide import conclude, manual_assessment
from risk.services.guards import about_case, waiting_assessment
from risk.services.screened import told

CONFIRMED, NOT_CONFIRMED = "confirm", "no_hit"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the hit is confirmed (`confirm`, `no_hit`), and what the other State is told."""

    case: int
    revision: int
    result: str
    risk_area: str = ""
    risk_level: str = ""
    text: str = ""


def judge_hits(
    verdicts: Sequence[Verdict], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Answer the States that asked and close the cases; one result for each, in their order."""
    cases = locked_cases([each.case for each in verdicts])
    return [_judge(each, cases.get(each.case), officer, at) for each in verdicts]


def open_screening(case: Case) -> Screening | None:
    """Return what another State waits for in this case, None where it is about something else."""
    waiting = (Screening.State.ASKED, Screening.State.HIT)
    rows = Screening.objects.filter(ens=case.ens_id, is_ours=False, state__in=waiting)
    return rows.order_by("-pk").first()


def _judge(verdict: Verdict, case: Case | None, officer: User, at: datetime) -> Changed | Refused:
    if case is None or not policies.may_work_on(officer, case):
        return refused("not_found", _("There is no such case for you."))
    row = open_screening(case)
    findings = about_case(verdict.revision, case, officer) or _about_verdict(verdict)
    if row is None:
        findings = findings or [refusal("nothing_to_decide", _("No State waits for an answer."))]
    if findings or row is None:
        return Refused(findings=findings)
    _keep(verdict, row, officer, at)
    confirmed = verdict.result == CONFIRMED
    result = Assessment.Result.RISK if confirmed else Assessment.Result.NO_RISK
    assessment = waiting_assessment(case) or manual_assessment(case, at)
    conclude(case, assessment, result, officer, at)
    record_many([told(SCREENING_JUDGED, row, at, officer)])
    return Changed(id=case.pk)


def _about_verdict(verdict: Verdict) -> list[Finding]:
    if verdict.result not in (CONFIRMED, NOT_CONFIRMED):
        return [refusal("result", _("Say whether the hit is confirmed."), "result")]
    if verdict.result == NOT_CONFIRMED:
        return []
    found = []
    if verdict.risk_area not in Screening.Area.values:
        found.append(refusal("risk_area", _("Choose the area of the risk."), "risk_area"))
    if verdict.risk_level not in Severity.values:
        found.append(refusal("risk_level", _("Choose the level of the risk."), "risk_level"))
    if not 0 < len(verdict.text.strip()) <= LONGEST_TEXT:
        words = _("Write what the other State is to know, in at most %d characters.")
        found.append(refusal("text", words % LONGEST_TEXT, "text"))
    return found


def _keep(verdict: Verdict, row: Screening, officer: User, at: datetime) -> None:
    target = SCREENING.target(row.state, verdict.result)
    assert target is not None, "open_screening gives only what can be judged"
    row.state, row.answered_at, row.officer = target, at, officer
    if verdict.result == CONFIRMED:
        row.risk_area, row.risk_level = verdict.risk_area, verdict.risk_level
        row.text = verdict.text.strip()
    row.save()
