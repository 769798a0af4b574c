"""Assessing: a version of an ENS is held against the published rules."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.bulk import copy_rows, next_ids
from customs_portal.events.services import NewEvent, record_many
from declarations.clocks import ClockKind
from declarations.filing_types import filing_types, is_analysed_twice
from declarations.lifecycle import ENS, move
from declarations.models import Ens
from declarations.services.clocks import stop_clocks
from declarations.services.locks import lock_ens
from risk import analysed, history, listed, quality
from risk.engine import rules as engine_rules
from risk.engine.outcomes import OUTCOME_RANK, Conclusion, Outcome, Severity, conclude
from risk.engine.rules import Hit
from risk.engine.subject import encode_features
from risk.events import ASSESSMENT_CONCLUDED, ASSESSMENT_MADE
from risk.models import Assessment, Case
from risk.models.choices import Outcome as OutcomeChoice
from risk.names.screening import screen, share
from risk.rule_sets import InForce, in_force
from risk.services.caps import Found, capped
from risk.services.cases import Flagged, open_cases
from risk.services.due import Declared, Request, lacking
from risk.services.screened import tell_found
from risk.services.screening import Screened, Standing, ask_states
from risk.services.stages import BEFORE_LOADING_STOPS, Completed, complete, result_name
from risk.services.supersede import selected_before, told_elsewhere

CONCLUSION_STOPS = (ClockKind.ANALYSIS, ClockKind.DO_NOT_LOAD, *BEFORE_LOADING_STOPS)
PASSES = frozenset({Outcome.NONE, Outcome.OBSERVE})
"""The only outcomes after which the system itself concludes `no risk`."""

TOLD_OUTCOMES = {"A": Outcome.HOLD, "B": Outcome.HOLD, "C": Outcome.CONTROL}
"""What the result of another State proposes to us."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say of one version."""

    declared: Declared
    assessment: int
    hits: list[Hit]
    conclusion: Conclusion
    changed_after_selection: bool = False
    told: str = ""
    screening: Standing = Standing()

    @property
    def flagged(self) -> bool:
        """Whether a person must look, as anything above observe was found.

        What was selected on an earlier version, or by another State (`told`, its result, or a hit
        of its e-screening), is looked at again, whatever the rules say; so is a whole whose filings
        contradict each other, or from which a filer withdrew what is expected of it.
        """
        found = self.conclusion.outcome not in PASSES
        selected = self.changed_after_selection or self.told or self.declared.differs
        return found or bool(selected or self.screening.hits)

    @property
    def passes(self) -> bool:
        """Whether nothing was found and no State has still to answer: nobody needs to look."""
        return not self.flagged and not self.screening.awaits

    @property
    def goes_on(self) -> bool:
        """Whether a full assessment follows this one."""
        early = self.declared.kind == Assessment.Kind.PRELOADING
        return early and is_analysed_twice(self.declared.type)


def assess_versions(requests: Sequence[Request], *, at: datetime) -> list[int]:
    """Assess the versions that are still current and return the ids of their assessments.

    A superseded version opens nothing; a version that has its assessment gets no second one of the
    kind. What passes before loading passes in full as well: the data and the rules are the same.
    Raises NoRuleSet where no rules are published.
    """
    share()
    rule_set = in_force(at)
    locked = lock_ens(request.ens for request in requests)
    current = [r for r in requests if r.ens in locked and _is_current(r, locked[r.ens])]
    declared = lacking(current, locked)
    _learn(declared, rule_set, at)
    opinions = _with_screenings(_with_selections(_opinions(declared, rule_set, at)), at)
    opinions += _in_full(opinions)
    _store(opinions, rule_set, at)
    _move_ens(opinions, at)
    _record(opinions, at)
    open_cases([_flagged(opinion) for opinion in opinions if opinion.flagged], at=at)
    quality.count([entry.subjects for entry in declared if entry.features is None])
    return [opinion.assessment for opinion in opinions]


def _is_current(request: Request, ens: Ens) -> bool:
    """Whether the version is the newest one of an ENS that is still ours to analyse."""
    return ens.version == request.version and ENS.target(ens.status, "review") is not None


def _with_selections(opinions: list[Opinion]) -> list[Opinion]:
    """Mark the opinions on what was selected before: by us before an amendment, or elsewhere."""
    again = [o.declared.ens.pk for o in opinions if o.declared.request.version > 1]
    selected = selected_before(again)
    told = told_elsewhere(_taken_over(opinions))
    return [
        msgspec.structs.replace(
            opinion,
            changed_after_selection=opinion.declared.ens.pk in selected,
            told=told.get(opinion.declared.ens.pk, ""),
        )
        for opinion in opinions
    ]


def _with_screenings(opinions: list[Opinion], at: datetime) -> list[Opinion]:
    """Ask the other States that the filings concern, and mark the opinions with what they said."""
    standing = ask_states([_screened(opinion) for opinion in opinions], at=at)
    return [
        msgspec.structs.replace(opinion, screening=standing[opinion.declared.request.ens_version])
        if opinion.declared.request.ens_version in standing
        else opinion
        for opinion in opinions
    ]


def _screened(opinion: Opinion) -> Screened:
    declared = opinion.declared
    return Screened(
        ens=declared.ens,
        ens_version=declared.request.ens_version,
        version=declared.request.version,
        kind=declared.kind,
        document=declared.subjects.readings.declared.document,
    )


def _taken_over(opinions: Sequence[Opinion]) -> list[int]:
    role = Ens.OurRole.ACTUAL_FIRST_ENTRY
    return [each.declared.ens.pk for each in opinions if each.declared.ens.role == role]


def _learn(declared: Sequence[Declared], rule_set: InForce, at: datetime) -> None:
    """Let the readings know what names, history and lists say, and how good the data are.

    What is analysed is written first.

    Names are always screened: what the lists say may have changed since an earlier assessment.
    """
    names = screen([entry.subjects for entry in declared], at=at)
    fresh = [entry.subjects for entry in declared if entry.features is None]
    analysed.write(fresh, names)
    found = history.features([entry.ens_version for entry in fresh])
    flags = quality.flags(fresh, found, at=at)
    for entry in declared:
        readings = entry.subjects.readings.declared
        version = entry.request.ens_version
        features = entry.features or msgspec.structs.replace(found[version], flags=flags[version])
        likenesses = readings.context.features.names
        readings.learn(msgspec.structs.replace(features, names=likenesses), {})
    analysed.write_history(fresh)
    listed.look_up([entry.subjects for entry in declared], rule_set.compiled)


def _opinions(versions: Sequence[Declared], rule_set: InForce, at: datetime) -> list[Opinion]:
    ids = _next_ids(len(versions))
    found = capped([_found(declared, rule_set) for declared in versions], rule_set.rules, at)
    return [
        _opinion(declared, key, each.hits, rule_set)
        for declared, key, each in zip(versions, ids, found, strict=True)
    ]


def _next_ids(count: int) -> Sequence[int]:
    sequence = "risk_assessment_id_seq"
    return next_ids({sequence: count})[sequence]


def _in_full(opinions: Sequence[Opinion]) -> list[Opinion]:
    """Return the full assessment of what passes before loading."""
    over = [each for each in opinions if each.passes and each.goes_on]
    ids = _next_ids(len(over)) if over else ()
    return [
        msgspec.structs.replace(
            each,
            assessment=key,
            declared=msgspec.structs.replace(each.declared, kind=Assessment.Kind.FULL),
        )
        for each, key in zip(over, ids, strict=True)
    ]


def _found(declared: Declared, rule_set: InForce) -> Found:
    hits = rule_set.compiled.evaluate_readings(declared.subjects.readings)
    ens = declared.ens
    return Found(ens=ens.pk, office=ens.office_of_first_entry, hits=hits)


def _opinion(declared: Declared, key: int, hits: list[Hit], rule_set: InForce) -> Opinion:
    weighing = dict.fromkeys(hit.rule for hit in hits if not hit.capped)
    return Opinion(
        declared=declared,
        assessment=key,
        hits=hits,
        conclusion=conclude(rule_set.rules[code].weighted() for code in weighing),
    )


_COLUMNS = (
    "id",
    "ens_id",
    "ens_version_id",
    "kind",
    "rule_set_id",
    "list_revisions",
    "hits",
    "score",
    "outcome",
    "severity",
    "features",
    "status",
    "result",
    "made_at",
    "concluded_at",
)


def _store(opinions: Sequence[Opinion], rule_set: InForce, at: datetime) -> None:
    revisions = msgspec.json.encode(rule_set.list_revisions).decode()
    copy_rows(
        "risk_assessment",
        _COLUMNS,
        (_row(opinion, rule_set.id, revisions, at) for opinion in opinions),
    )


def _row(opinion: Opinion, rule_set: int, revisions: str, at: datetime) -> tuple[object, ...]:
    return (
        opinion.assessment,
        opinion.declared.ens.pk,
        opinion.declared.request.ens_version,
        opinion.declared.kind,
        rule_set,
        revisions,
        engine_rules.encode(opinion.hits).decode(),
        opinion.conclusion.score,
        opinion.conclusion.outcome,
        opinion.conclusion.severity or "",
        _features(opinion.declared),
        _status(opinion),
        Assessment.Result.NO_RISK if opinion.passes else "",
        at,
        at if opinion.passes else None,
    )


def _status(opinion: Opinion) -> str:
    if opinion.flagged:
        return Assessment.Status.REVIEW
    return Assessment.Status.CONCLUDED if opinion.passes else Assessment.Status.SCREENING


def _features(declared: Declared) -> str:
    return encode_features(declared.subjects.readings.declared.context.features).decode()


def _move_ens(opinions: Sequence[Opinion], at: datetime) -> None:
    """E6 and E7: assessed where all is concluded, in analysis where anybody has still to say."""
    passed = [opinion.declared.ens.pk for opinion in opinions if opinion.passes]
    flagged = [opinion.declared.ens.pk for opinion in opinions if not opinion.passes]
    move(Ens, ENS, "conclude", passed)
    stop_clocks(passed, CONCLUSION_STOPS, at=at)
    move(Ens, ENS, "review", flagged)


def _record(opinions: Sequence[Opinion], at: datetime) -> None:
    """Tell of each assessment; the State that asked for one gets its answer, and no filer."""
    others = [opinion for opinion in opinions if _is_for_another(opinion)]
    ours = [opinion for opinion in opinions if not _is_for_another(opinion)]
    passed = [opinion for opinion in ours if opinion.passes and _is_of_ics2(opinion)]
    told = [
        Completed(ens=o.declared.ens.pk, version=o.declared.request.version, goes_on=o.goes_on)
        for o in passed
    ]
    record_many([*(_event(opinion, at) for opinion in ours), *complete(told, at)])
    tell_found({each.declared.request.ens_version: each.flagged for each in others}, at=at)


def _is_for_another(opinion: Opinion) -> bool:
    return opinion.declared.ens.role == Ens.OurRole.INVOLVED


def _is_of_ics2(opinion: Opinion) -> bool:
    return opinion.declared.type in filing_types()


def _event(opinion: Opinion, at: datetime) -> NewEvent:
    """Return the one event of an assessment: concluded by the system, or waiting for somebody."""
    made = {
        "assessment": opinion.assessment,
        "version": opinion.declared.request.version,
        "hit_count": len(opinion.hits),
        "score": opinion.conclusion.score,
        "outcome": str(OutcomeChoice(opinion.conclusion.outcome).label),
    }
    result = Assessment.Result.NO_RISK
    name = result_name(result, before_loading=opinion.goes_on)
    concluded = {**made, "result": result, "result_name": name}
    return NewEvent(
        kind=ASSESSMENT_CONCLUDED if opinion.passes else ASSESSMENT_MADE,
        at=at,
        stream=opinion.declared.ens.pk,
        data=concluded if opinion.passes else made,
    )


def _flagged(opinion: Opinion) -> Flagged:
    """Return what a person must decide; without a hit of its own a change is to be reviewed."""
    conclusion = opinion.conclusion
    outcome = Outcome.REFER if conclusion.outcome in PASSES else conclusion.outcome
    return Flagged(
        ens=opinion.declared.ens.pk,
        office=opinion.declared.ens.office_of_first_entry,
        due_at=opinion.declared.ens.analysis_ends_at,
        outcome=max(
            outcome, TOLD_OUTCOMES.get(opinion.told, outcome), key=OUTCOME_RANK.__getitem__
        ),
        severity=conclusion.severity or Severity.MEDIUM,
        score=conclusion.score,
        cause=_cause(opinion),
    )


def _cause(opinion: Opinion) -> Case.Cause:
    if opinion.changed_after_selection:
        return Case.Cause.CHANGED
    is_own = opinion.conclusion.outcome not in PASSES
    if opinion.declared.differs and not is_own:
        return Case.Cause.INCONSISTENT
    if opinion.told:
        return Case.Cause.TOLD
    return Case.Cause.RISK if is_own or not opinion.screening.hits else Case.Cause.SCREENED
