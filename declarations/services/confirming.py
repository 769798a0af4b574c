"""An officer says that a filing stands below another though their keys do not (LIFECYCLE 1b)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.events import FILING_LINK_CONFIRMED
from declarations.expected import missing
from declarations.lifecycle import LINK, move
from declarations.linking import lower_types, taken_types
from declarations.models import Filing, FilingLink
from declarations.services.candidates import candidates
from declarations.services.completeness import judge_completeness
from declarations.services.following import follow_goods
from declarations.services.grouping import Grouped, regroup
from declarations.services.linking import homes_of, lock_family
from declarations.services.results import Changed, Refused, refused

LONGEST_REASON = 400


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """That a filing is what is `expected` below another, and why an officer says so.

    Nothing is expected of what was filed before loading.
    """

    lower: int
    upper: int
    expected: str
    reason: str


def confirm_links(
    confirmations: Sequence[Confirmation], *, officer: User, at: datetime
) -> tuple[list[Changed | Refused], Grouped]:
    """Link the filings; one result for each, and what is to be analysed anew."""
    concerned = [key for each in confirmations for key in (each.lower, each.upper)]
    lock_family(concerned)
    results = [_confirm(each, officer, at) for each in confirmations]
    linked = [c for c, r in zip(confirmations, results, strict=True) if isinstance(r, Changed)]
    changed = [key for each in linked for key in (each.lower, each.upper)]
    grouped = regroup(changed, at=at)
    judge_completeness({*changed, *grouped.moved}, at=at)
    follow_goods(changed, at=at)
    return results, grouped


def _confirm(wanted: Confirmation, officer: User, at: datetime) -> Changed | Refused:
    filings = Filing.objects.in_bulk([wanted.lower, wanted.upper])
    lower, upper = filings.get(wanted.lower), filings.get(wanted.upper)
    if lower is None or upper is None or not _may_see(lower, upper, officer, at):
        return refused("not_found", _("There is no such filing for you."))
    if not wanted.reason.strip():
        return refused("reason", _("Give a reason."), "reason")
    against = _against(lower, upper, wanted)
    if against:
        return refused("state", against)
    _link(lower, upper, wanted, officer, at)
    return Changed(id=lower.pk)


def _may_see(lower: Filing, upper: Filing, officer: User, at: datetime) -> bool:
    """Whether the officer works on the upper one, and sees the lower one or is offered it."""
    ens = upper.membership.ens
    if not policies.may_handle_ens(officer, ens.pk, at):
        return False
    seen = policies.may_handle_ens(officer, lower.membership.ens_id, at)
    return seen or lower.pk in {each.filing for each in candidates(ens)}


def _against(lower: Filing, upper: Filing, wanted: Confirmation) -> str:
    is_taken = lower.type in taken_types(upper.type)
    if not is_taken and lower.type not in lower_types(upper.type):
        return _("A filing of this type does not stand below the other.")
    registered = Filing.Status.REGISTERED
    if lower.status != registered or upper.status != registered:
        return _("One of the filings has ended.")
    if lower.link != Filing.Link.PENDING:
        return _("The filing is linked already.")
    if is_taken and not wanted.expected:
        return ""
    ens = upper.membership.ens_id
    lacking = {(one.filing, one.expected) for one in missing([ens]).get(ens, [])}
    if (upper.pk, wanted.expected) not in lacking:
        return _("Nothing of this kind is missing any more.")
    return ""


def _link(lower: Filing, upper: Filing, wanted: Confirmation, officer: User, at: datetime) -> None:
    reason = wanted.reason.strip()[:LONGEST_REASON]
    FilingLink.objects.create(
        lower=lower,
        upper=upper,
        linked_at=at,
        expected=wanted.expected,
        confirmed_by=officer,
        reason=reason,
    )
    move(Filing, LINK, "confirm", [lower.pk])
    data = {
        "filing": lower.pk,
        "mrn": lower.mrn,
        "upper": upper.pk,
        "upper_mrn": upper.mrn,
        "reason": reason,
    }
    stream = homes_of([upper.pk])[upper.pk]
    record_many(
        [NewEvent(kind=FILING_LINK_CONFIRMED, at=at, stream=stream, actor=officer.pk, data=data)]
    )
