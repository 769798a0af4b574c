"""The second signature under a do-not-load: it concludes the assessment (LIFECYCLE A8)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from declarations.models import Measure
from declarations.services.do_not_load import sign_do_not_loads
from declarations.services.results import Changed, Refused, refusal
from risk import policies
from risk.models import Assessment, Case, Decision
from risk.services.cases import locked_cases
from risk.services.decide import conclude, record_decision


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The proposals on the case are in force and announced; the case is closed."""

    case: int
    measures: tuple[int, ...]


def sign(cases: Sequence[int], *, officer: User, at: datetime) -> list[Signed | Refused]:
    """Sign every do-not-load that waits on the cases; one result for each case."""
    found = locked_cases(cases)
    return [_sign(found.get(key), officer, at) for key in cases]


def _sign(case: Case | None, officer: User, at: datetime) -> Signed | Refused:
    if case is None or not policies.may_work_on(officer, case):
        return Refused(findings=[refusal("not_found", _("There is no such case for you."))])
    waiting = list(
        Measure.objects.filter(ens=case.ens, status=Measure.Status.AWAITING_SECOND).order_by("pk")
    )
    assessment = Assessment.objects.of(case.ens).awaiting_review().order_by("-pk").first()
    if not waiting or assessment is None or case.status != Case.Status.OPEN:
        return Refused(findings=[refusal("closed", _("Nothing waits for a signature here."))])
    results = sign_do_not_loads([each.pk for each in waiting], officer=officer, at=at)
    pairs = zip(waiting, results, strict=True)
    signed = [each for each, result in pairs if isinstance(result, Changed)]
    if not signed:
        against = [each for each in results if isinstance(each, Refused)]
        return Refused(findings=[found for each in against for found in each.findings])
    _conclude(case, assessment, signed[0], officer, at)
    return Signed(case=case.pk, measures=tuple(each.pk for each in signed))


def _conclude(
    case: Case, assessment: Assessment, measure: Measure, officer: User, at: datetime
) -> None:
    proposer = measure.placed_by
    assert proposer is not None
    Decision.objects.create(
        case=case,
        assessment=assessment,
        verb=Decision.Verb.DO_NOT_LOAD,
        reason_code=measure.reason_code,
        note=measure.note,
        announced=True,
        officer=proposer,
        decided_at=at,
        signed_by=officer,
    )
    conclude(case, assessment, Assessment.Result.DO_NOT_LOAD, proposer, at)
    verb = Decision.Verb.DO_NOT_LOAD
    record_decision(case, verb, measure.reason_code, assessment, proposer, at)
