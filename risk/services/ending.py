"""Ending many cases at once without further action."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from declarations.services.results import Refused, refused
from risk.models import Case
from risk.models.choices import Outcome, Severity
from risk.services.cases import locked_cases
from risk.services.decide import NO_TIME, decide
from risk.services.orders import Decided, DecisionOrder


def end_without_action(
    orders: Sequence[DecisionOrder], *, officer: User, at: datetime, undo: timedelta = NO_TIME
) -> list[Decided | Refused]:
    """Decide no further action on each; one result for each, in their order.

    Refused besides what `decide` refuses: a case that is too grave to be ended unread.
    Nothing is sent to anybody for as long as `undo` says.
    """
    grave = {key for key, case in locked_cases([o.case for o in orders]).items() if is_grave(case)}
    allowed = [order for order in orders if order.case not in grave]
    results = iter(decide(allowed, officer=officer, at=at, undo=undo))
    return [_refused() if order.case in grave else next(results) for order in orders]


def is_grave(case: Case) -> bool:
    """Whether the case has to be opened to be ended: critical, or proposed not to be loaded."""
    return case.severity == Severity.CRITICAL or case.outcome == Outcome.DO_NOT_LOAD


def _refused() -> Refused:
    text = _("Critical cases and proposed do-not-loads are decided one by one.")
    return refused("grave", text)
