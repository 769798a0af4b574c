"""Leaving cases that one may no longer see."""

from datetime import datetime

from django.db.models import Exists

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations.querysets import naming
from declarations.services.locks import assert_in_transaction, lock_ens
from risk.events import CASE_GIVEN_BACK
from risk.models import Case


def leave_cases(*, officer: User, eori: str, at: datetime) -> int:
    """Give back the officer's open cases in which the EORI number is declared; return how many.

    For an officer who keeps out of that operator from now on.
    """
    assert_in_transaction()
    named = Exists(naming(frozenset({eori.upper()}), "ens"))
    lock_ens(Case.objects.open().of(officer).filter(named).values_list("ens_id", flat=True))
    cases = list(Case.objects.open().of(officer).filter(named))
    for case in cases:
        case.assignee, case.assigned_at = None, None
        case.save(update_fields=["assignee", "assigned_at"])
    record_many(
        [
            NewEvent(kind=CASE_GIVEN_BACK, at=at, stream=case.ens_id, actor=officer.pk, data={})
            for case in cases
        ]
    )
    return len(cases)
