"""A new version of an ENS: what was thought of the one before no longer counts (A9)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from customs_portal.events.services import NewEvent, record_many
from declarations.lifecycle import move
from declarations.models import Ens, Measure, ReceivedTransmission
from declarations.services.locks import assert_in_transaction
from declarations.services.referrals import overtake
from declarations.services.transmissions import WITHDRAWN, gravity
from risk.events import ASSESSMENT_SUPERSEDED, CASE_CLOSED
from risk.lifecycle import ASSESSMENT
from risk.models import Assessment, Case
from risk.services.proposals import void_proposals
from risk.services.screening import set_aside

POSITIVE = (Assessment.Result.RISK, Assessment.Result.DO_NOT_LOAD)


def supersede(ens: Collection[int], *, at: datetime) -> None:
    """Supersede the open assessments of the ENS and raise the revision of their open cases.

    A decision that an officer is about to take on the version before is refused from now on. The
    caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    if not ens:
        return
    _supersede_open(ens, at)
    void_proposals(ens, at=at)
    for row in Ens.objects.filter(pk__in=ens):
        Case.objects.open().filter(ens=row).update(
            revision=F("revision") + 1, due_at=row.analysis_ends_at
        )


def end_analysis(ens: Collection[int], *, at: datetime) -> None:
    """End the open assessments and cases of ENS that are no longer ours to analyse.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    if not ens:
        return
    _supersede_open(ens, at)
    void_proposals(ens, at=at)
    overtake(ens, why=_("customs does not analyse it any more"), at=at)
    cases = Case.objects.open().filter(ens__in=ens)
    closed = list(cases.order_by("ens").values_list("ens_id", flat=True))
    cases.update(status=Case.Status.CLOSED, closed_at=at)
    record_many([NewEvent(kind=CASE_CLOSED, at=at, stream=key, data={}) for key in closed])


def _supersede_open(ens: Collection[int], at: datetime) -> None:
    set_aside(ens, at=at)
    waiting = Assessment.objects.filter(ens__in=ens).unfinished()
    found = dict(waiting.values_list("pk", "ens"))
    moved = move(Assessment, ASSESSMENT, "supersede", found)
    record_many(
        [
            NewEvent(kind=ASSESSMENT_SUPERSEDED, at=at, stream=found[key], data={"assessment": key})
            for key in sorted(moved)
        ]
    )


def selected_before(ens: Collection[int]) -> frozenset[int]:
    """Return those of the ENS that were selected on an earlier version.

    An open case, a measure that stands, or a positive result, also of a part of it: a person looks
    at the change, whatever the rules say of it.
    """
    if not ens:
        return frozenset()
    return frozenset(
        {
            *Case.objects.open().filter(ens__in=ens).values_list("ens_id", flat=True),
            *Measure.objects.filter(ens__in=ens).open().values_list("ens_id", flat=True),
            *Assessment.objects.filter(ens__in=ens, result__in=POSITIVE).values_list(
                "ens_id", flat=True
            ),
            *_with_selected_parts(ens),
        }
    )


def _with_selected_parts(ens: Collection[int]) -> set[int]:
    """Return those that absorbed an ENS with a positive result."""
    parts = Ens.objects.filter(absorbed_by__in=ens, status=Ens.Status.ABSORBED)
    results = Assessment.objects.filter(ens__in=parts, result__in=POSITIVE)
    found = parts.filter(pk__in=results.values("ens")).values_list("absorbed_by_id", flat=True)
    return set(found)


def told_elsewhere(ens: Collection[int]) -> dict[int, str]:
    """Return by ENS the gravest result that the State it was taken over from told us last."""
    if not ens:
        return {}
    kept = ReceivedTransmission.objects.filter(ens__in=ens, set_aside=False)
    last = {each.ens_id: each for each in kept.order_by("prepared_at", "pk")}
    found = {
        key: min((each["code"] for each in told.results), key=gravity, default=WITHDRAWN)
        for key, told in last.items()
    }
    return {key: code for key, code in found.items() if code != WITHDRAWN}
