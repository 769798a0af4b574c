"""Holding open declarations against a new rule set, in the background and in portions."""

from datetime import datetime

from customs_portal.events.services import record
from declarations.models import Ens
from declarations.services.locks import assert_in_transaction
from risk.events import REASSESSMENT_STARTED
from risk.models import Reassessment, RuleSetVersion

OPEN = (Ens.Status.READY, Ens.Status.IN_ANALYSIS, Ens.Status.ASSESSED)


def start_reassessment(rule_set: RuleSetVersion, *, at: datetime) -> Reassessment:
    """Ask for open declarations to be held against the rule set; one under way stops."""
    assert_in_transaction()
    running = Reassessment.objects.filter(state=Reassessment.State.RUNNING)
    running.update(state=Reassessment.State.STOPPED, ended_at=at)
    total = Ens.objects.filter(status__in=OPEN).count()
    data = {"rule_set": rule_set.number, "total": total}
    record(REASSESSMENT_STARTED, at=at, data=data)
    return Reassessment.objects.create(rule_set=rule_set, total=total, started_at=at)
