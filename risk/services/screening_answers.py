"""What the answers of other States do, and their silence (LIFECYCLE A2, A3, E8).

A hit puts the filing before a person, though it were concluded, as long as the goods have not
arrived. `No risk` follows once every State has answered without a hit or let its time pass.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.events.services import NewEvent, record_many
from declarations.lifecycle import ENS, move
from declarations.models import ConsignmentLife, Ens
from declarations.services.clocks import stop_clocks
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.matching import WAITED_FOR
from risk.engine.outcomes import OUTCOME_RANK, Outcome, Severity
from risk.events import (
    ASSESSMENT_CONCLUDED,
    SCREENING_ANSWERED,
    SCREENING_IGNORED,
    SCREENING_SILENT,
)
from risk.lifecycle import ASSESSMENT, SCREENING
from risk.models import Assessment, Case, Screening
from risk.services.anew import assess_anew
from risk.services.assess import CONCLUSION_STOPS
from risk.services.cases import Flagged, open_cases
from risk.services.due import Request
from risk.services.screening import SCREENING_CLOCK
from risk.services.stages import (
    BEFORE_LOADING_STOPS,
    Completed,
    complete,
    full_one_due,
    not_loaded_yet,
    over_before_loading,
    result_name,
)

STOPS = (*CONCLUSION_STOPS, *SCREENING_CLOCK)
AT_A_TIME = 200


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a State says to the e-screening of that id: `no_hit`, `hit` or `confirm`."""

    screening: int
    ens: int
    verb: str
    received_at: datetime
    risk_area: str = ""
    risk_level: str = ""
    text: str = ""


def take_answers(answers: Sequence[Answer], *, at: datetime) -> None:
    """Take the answers in, in their order; one that comes again or is overtaken changes nothing."""
    assert_in_transaction()
    locked = lock_ens(each.ens for each in answers)
    for answer in answers:
        row = Screening.objects.get(pk=answer.screening)
        if _is_taken(answer, row, at) and row.ens_version.number == locked[row.ens_id].version:
            _settle([row.ens_id], locked, at, is_news=row.state in Screening.HITS)


def end_silent(*, at: datetime) -> int:
    """Count the States whose time is over as without a hit; return how many did not answer."""
    assert_in_transaction()
    due = Screening.objects.filter(state=Screening.State.ASKED, is_ours=True, ends_at__lte=at)
    found = dict(due.order_by("ends_at", "pk").values_list("pk", "ens")[:AT_A_TIME])
    if not found:
        return 0
    locked = lock_ens(found.values())
    silent = move(Screening, SCREENING, "fall_silent", found)
    states: dict[int, list[str]] = {}
    for row in Screening.objects.filter(pk__in=silent).order_by("country"):
        states.setdefault(row.ens_id, []).append(row.country)
    record_many(
        [
            NewEvent(kind=SCREENING_SILENT, at=at, stream=ens, data={"countries": ", ".join(named)})
            for ens, named in sorted(states.items())
        ]
    )
    _settle(sorted(states), locked, at, is_news=False)
    return len(silent)


def _is_taken(answer: Answer, row: Screening, at: datetime) -> bool:
    """Keep the answer and tell of it; say whether it changes what the State has said."""
    target = SCREENING.target(row.state, answer.verb)
    if target is None:
        data = {"country": row.country}
        record_many([NewEvent(kind=SCREENING_IGNORED, at=at, stream=row.ens_id, data=data)])
        return False
    row.state, row.answered_at = target, answer.received_at
    row.risk_area, row.risk_level, row.text = answer.risk_area, answer.risk_level, answer.text
    row.save(update_fields=["state", "answered_at", "risk_area", "risk_level", "text"])
    record_many(
        [
            NewEvent(
                kind=SCREENING_ANSWERED,
                at=at,
                stream=row.ens_id,
                data={
                    "country": row.country,
                    "state_name": str(row.get_state_display()),
                    "when": _(", after its time") if row.is_late else "",
                },
            )
        ]
    )
    return True


def _settle(
    ens: Collection[int], locked: Mapping[int, Ens], at: datetime, *, is_news: bool
) -> None:
    """Go on with what waits for other States; `is_news`: a hit came that nobody has seen yet."""
    rows = Screening.objects.filter(is_ours=True, ens__in=ens)
    current = [row for row in rows.select_related("ens_version") if _is_current(row, locked)]
    waiting = {row.ens_id for row in current if row.state == Screening.State.ASKED}
    hit = {row.ens_id for row in current if row.state in Screening.HITS}
    stop_clocks(set(ens) - waiting, SCREENING_CLOCK, at=at)
    found = Assessment.objects.filter(
        ens__in=ens, ens_version__in={row.ens_version_id for row in current}
    ).exclude(status=Assessment.Status.SUPERSEDED)
    known = found.exclude(over_before_loading(ens))
    assessments = list(known.select_related("ens_version").order_by("ens", "pk"))
    _pass([each for each in assessments if each.ens_id not in waiting | hit], at)
    if is_news:
        _put_before_a_person([each for each in assessments if each.ens_id in hit], locked, at)


def _is_current(row: Screening, locked: Mapping[int, Ens]) -> bool:
    return row.ens_version.number == locked[row.ens_id].version


def _pass(assessments: Iterable[Assessment], at: datetime) -> None:
    """Conclude `no risk` what waited for nothing but the other States."""
    wanted = [each.pk for each in assessments if each.status == Assessment.Status.SCREENING]
    rows = Assessment.objects.filter(pk__in=wanted, status=Assessment.Status.SCREENING)
    passed = list(rows.select_related("ens_version").order_by("ens"))
    result = Assessment.Result.NO_RISK
    rows.update(status=ASSESSMENT.targets("pass")["screening"], result=result, concluded_at=at)
    early = not_loaded_yet([each.ens_id for each in passed])
    ens = [each.ens_id for each in passed if each.ens_id not in early]
    move(Ens, ENS, "conclude", ens)
    stop_clocks(ens, STOPS, at=at)
    stop_clocks(early, (*BEFORE_LOADING_STOPS, *SCREENING_CLOCK), at=at)
    told = [
        Completed(ens=e.ens_id, version=e.ens_version.number, goes_on=e.ens_id in early)
        for e in passed
    ]
    record_many([*(_concluded(each, at, early) for each in passed), *complete(told, at)])
    record_many([full_one_due(e.ens_version, at=at) for e in passed if e.ens_id in early])


def _concluded(assessment: Assessment, at: datetime, early: Collection[int]) -> NewEvent:
    result = Assessment.Result.NO_RISK
    return NewEvent(
        kind=ASSESSMENT_CONCLUDED,
        at=at,
        stream=assessment.ens_id,
        data={
            "assessment": assessment.pk,
            "version": assessment.ens_version.number,
            "hit_count": len(assessment.hits),
            "score": assessment.score,
            "outcome": str(assessment.get_outcome_display()),
            "result": result,
            "result_name": result_name(result, before_loading=assessment.ens_id in early),
        },
    )


def _put_before_a_person(
    assessments: Sequence[Assessment], locked: Mapping[int, Ens], at: datetime
) -> None:
    """Open the case of a hit, or join it; what is concluded is assessed anew while it may help."""
    concluded = [each for each in assessments if each.status == Assessment.Status.CONCLUDED]
    flagged = [each for each in assessments if each not in concluded]
    moved = [each.pk for each in flagged if each.status == Assessment.Status.SCREENING]
    move(Assessment, ASSESSMENT, "flag", moved)
    move(Ens, ENS, "review", [each.ens_id for each in flagged])
    known = Case.objects.open().filter(ens__in=[each.ens_id for each in flagged])
    open_cases(
        [_flagged(each, locked, {case.ens_id: case for case in known}) for each in flagged], at=at
    )
    _assess_anew([each for each in concluded if _may_help(locked[each.ens_id])], at)


def _flagged(
    assessment: Assessment, locked: Mapping[int, Ens], known: Mapping[int, Case]
) -> Flagged:
    """Return what a person must decide; an open case stays as grave as it was."""
    ens, case = locked[assessment.ens_id], known.get(assessment.ens_id)
    outcomes = (assessment.outcome, Outcome.REFER, case.outcome if case else Outcome.NONE)
    return Flagged(
        ens=ens.pk,
        office=ens.office_of_first_entry,
        due_at=ens.analysis_ends_at,
        outcome=max((Outcome(each) for each in outcomes), key=OUTCOME_RANK.__getitem__),
        severity=(case.severity if case else assessment.severity) or Severity.MEDIUM,
        score=assessment.score,
        cause=Case.Cause(case.cause) if case else Case.Cause.SCREENED,
    )


def _may_help(ens: Ens) -> bool:
    """Whether goods have still to arrive (E8) and the ENS is still ours to analyse."""
    if ENS.target(ens.status, "review") is None:
        return False
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens)
    return lives.filter(goods__in=WAITED_FOR).exists()


def _assess_anew(assessments: Sequence[Assessment], at: datetime) -> None:
    """Replace the concluded assessments by ones that a person must conclude, at once."""
    move(Assessment, ASSESSMENT, "replace", [each.pk for each in assessments])
    requests = [
        Request(
            ens=each.ens_id,
            ens_version=each.ens_version_id,
            version=each.ens_version.number,
        )
        for each in assessments
    ]
    assess_anew(requests, at=at)
