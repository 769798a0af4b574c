"""Decisions that wait for a second signature: made, declined, void once the case changes."""

from collections.abc import Collection
from datetime import datetime

from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations.services.locks import assert_in_transaction
from risk.events import CASE_PROPOSAL_VOID
from risk.models import Decision, DecisionProposal

State = DecisionProposal.State


def open_proposal(case: int) -> DecisionProposal | None:
    """Return the proposal that waits on a case."""
    found = DecisionProposal.objects.filter(case=case, state=State.OPEN)
    return found.select_related("case__ens", "proposed_by").first()


def void_proposals(ens: Collection[int], *, at: datetime) -> None:
    """End the proposals on the ENS, which changed; the caller holds the locks of their rows."""
    assert_in_transaction()
    open_ones = DecisionProposal.objects.filter(case__ens__in=ens, state=State.OPEN)
    found = list(open_ones.select_related("case").order_by("pk"))
    DecisionProposal.objects.filter(pk__in=[each.pk for each in found]).update(
        state=State.VOID, ended_at=at
    )
    record_many([told(CASE_PROPOSAL_VOID, each, at=at, actor=None) for each in found])


def told(
    kind: Kind, proposal: DecisionProposal, *, at: datetime, actor: int | None, note: str = ""
) -> NewEvent:
    """Return the event that tells what became of a proposal."""
    data = {
        "proposal": proposal.pk,
        "verb_name": str(Decision.Verb(proposal.verb).label),
        "reason_code": proposal.reason_code,
        "note": note,
    }
    return NewEvent(kind=kind, at=at, stream=proposal.case.ens_id, actor=actor, data=data)
