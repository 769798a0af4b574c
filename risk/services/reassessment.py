"""Holding open declarations against a new rule set, in the background and in portions.

Only what the new rules find in addition counts: a declaration with a hit above observe of a rule
that did not hit it before is assessed anew, and a person looks at it. Nothing is taken off
anybody's desk, and no decision is undone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from customs_portal.events.services import record
from declarations.lifecycle import move
from declarations.models import Ens
from declarations.services.locks import assert_in_transaction, lock_ens
from risk import listed, versions
from risk.analysed import Subjects
from risk.events import REASSESSMENT_ENDED, REASSESSMENT_STARTED
from risk.lifecycle import ASSESSMENT
from risk.models import Assessment, Reassessment, RuleSetVersion
from risk.names.screening import screen, share
from risk.rule_sets import InForce, in_force
from risk.services.anew import assess_anew
from risk.services.assess import PASSES
from risk.services.due import Request
from risk.services.stages import over_before_loading

OPEN = (Ens.Status.READY, Ens.Status.IN_ANALYSIS, Ens.Status.ASSESSED)
PORTION = 100


def start_reassessment(rule_set: RuleSetVersion, *, at: datetime) -> Reassessment:
    """Ask for open declarations to be held against the rule set; one under way stops."""
    assert_in_transaction()
    running = Reassessment.objects.filter(state=Reassessment.State.RUNNING)
    running.update(state=Reassessment.State.STOPPED, ended_at=at)
    total = Ens.objects.filter(status__in=OPEN).count()
    data = {"rule_set": rule_set.number, "total": total}
    record(REASSESSMENT_STARTED, at=at, data=data)
    return Reassessment.objects.create(rule_set=rule_set, total=total, started_at=at)


def reassess_portion(*, at: datetime) -> bool:
    """Look at the next 100 open declarations; return whether there is more to do.

    Progress and effects are one transaction: after the death of a process the next one goes on.
    A job whose rule set is no longer the one in force stops.
    """
    assert_in_transaction()
    share()
    jobs = Reassessment.objects.select_for_update(skip_locked=True, of=("self",))
    job = jobs.select_related("rule_set").filter(state=Reassessment.State.RUNNING).first()
    if job is None:
        return False
    rule_set = in_force(at)
    if rule_set.id != job.rule_set_id:
        return _end(job, Reassessment.State.STOPPED, at)
    waiting = Ens.objects.filter(status__in=OPEN, pk__gt=job.last_ens).order_by("pk")
    found = list(waiting.values_list("pk", flat=True)[:PORTION])
    if not found:
        return _end(job, Reassessment.State.FINISHED, at)
    job.changed += reassess(found, rule_set, gains, at=at)
    job.looked_at += len(found)
    job.last_ens = found[-1]
    job.save()
    return True


def _end(job: Reassessment, state: Reassessment.State, at: datetime) -> bool:
    job.state, job.ended_at = state, at
    job.save()
    data = {"rule_set": job.rule_set.number, "changed": job.changed}
    record(REASSESSMENT_ENDED, at=at, data=data)
    return False


class Current(NamedTuple):
    """The assessment that counts for an ENS."""

    assessment: int
    ens: int
    ens_version: int
    version: int
    hits: list[dict[str, str]]


Worth = Callable[[Current, Subjects, InForce], bool]
"""Whether what the rule set finds now is worth a new assessment, given the one that counts."""


def reassess(ids: Sequence[int], rule_set: InForce, worth: Worth, *, at: datetime) -> int:
    """Assess those of these ENS anew in which enough more is found; return how many."""
    locked = lock_ens(ids)
    current = {row.ens_version: row for row in _current(locked)}
    subjects = versions.load_known(current)
    screen(subjects, at=at)
    listed.look_up(subjects, rule_set.compiled)
    gained = [
        current[entry.ens_version]
        for entry in subjects
        if worth(current[entry.ens_version], entry, rule_set)
    ]
    move(Assessment, ASSESSMENT, "replace", [row.assessment for row in gained])
    requests = [
        Request(ens=row.ens, ens_version=row.ens_version, version=row.version) for row in gained
    ]
    return len(assess_anew(requests, at=at))


def _current(locked: Mapping[int, Ens]) -> list[Current]:
    """Return the last assessments of the newest versions, but those that wait for an answer."""
    found = Assessment.objects.current().filter(ens__in=locked, rule_set__isnull=False)
    known = found.exclude(over_before_loading(locked))
    names = ("pk", "ens", "ens_version", "ens_version__number", "hits")
    rows = known.exclude(status=Assessment.Status.WAITING).order_by("ens").values_list(*names)
    return [row for row in map(Current._make, rows) if row.version == locked[row.ens].version]


def gains(row: Current, subjects: Subjects, rule_set: InForce) -> bool:
    """Whether a rule above observe hits that did not before."""
    before = {hit["rule"] for hit in row.hits}
    found = {hit.rule for hit in rule_set.compiled.evaluate_readings(subjects.readings)}
    return any(rule_set.rules[code].outcome not in PASSES for code in found - before)
