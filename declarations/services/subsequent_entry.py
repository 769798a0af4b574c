"""The inbox of our offices of subsequent entry: told, arrived, acted on (LIFECYCLE section 7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.events import (
    SUBSEQUENT_ENTRY_ACTED,
    SUBSEQUENT_ENTRY_ARRIVED,
    SUBSEQUENT_ENTRY_INFORMED,
    SUBSEQUENT_ENTRY_MISSED,
    SUBSEQUENT_ENTRY_REPLACED,
)
from declarations.lifecycle import NOTICE, move
from declarations.models import Action, Measure, SubsequentEntryNotice
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.results import Changed, Refused, refused

EXPECTED_FOR = timedelta(days=14)
"""IE319 has no time of arrival at a later office: so long after first entry goods are expected."""
AT_A_TIME = 200
LONGEST_FEEDBACK = 350
State = SubsequentEntryNotice.State


class OwnOfficeNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What one of our offices is to be told about one version of an ENS."""

    ens: int
    office: str
    version: int
    result_code: str
    text: str


def inform_own_offices(notices: Sequence[OwnOfficeNotice], *, at: datetime) -> None:
    """Put the notices into the inboxes, in place of what the offices still had of these ENS.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    replace_notices([notice.ens for notice in notices], verb="replace", at=at)
    SubsequentEntryNotice.objects.bulk_create(
        [
            SubsequentEntryNotice(
                ens_id=notice.ens,
                office=notice.office,
                version=notice.version,
                result_code=notice.result_code,
                text=notice.text,
                informed_at=at,
            )
            for notice in notices
        ],
        ignore_conflicts=True,
    )
    record_many([_informed(notice, at) for notice in notices])


def _informed(notice: OwnOfficeNotice, at: datetime) -> NewEvent:
    data = {"office": notice.office, "version": notice.version}
    return NewEvent(kind=SUBSEQUENT_ENTRY_INFORMED, at=at, stream=notice.ens, data=data)


def replace_notices(ens: Sequence[int], *, verb: str, at: datetime) -> None:
    """End what our offices still had to do about these ENS: `replace` or `withdraw`."""
    live = SubsequentEntryNotice.objects.live().filter(ens__in=ens, told_by="")
    found = {notice.pk: notice for notice in live}
    moved = move(SubsequentEntryNotice, NOTICE, verb, found)
    record_many([_told(SUBSEQUENT_ENTRY_REPLACED, found[key], at) for key in sorted(moved)])


def _told(
    kind: Kind, notice: SubsequentEntryNotice, at: datetime, officer: User | None = None
) -> NewEvent:
    data = {"notice": notice.pk, "office": notice.office, "version": notice.version}
    actor = officer.pk if officer else None
    return NewEvent(kind=kind, at=at, stream=notice.ens_id, actor=actor, data=data)


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What an office of subsequent entry did with goods that it was told of."""

    notice: int
    action: str
    feedback: str


def act_on_notices(acts: Sequence[Act], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Keep what was done, as feedback to the office of first entry. One result for each.

    The result of the first office stays as it is.
    """
    found = _locked([each.notice for each in acts])
    return [_act(each, found.get(each.notice), officer, at) for each in acts]


def arrive_at_office(
    notices: Sequence[int], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Record that the goods are at the office of subsequent entry. One result for each."""
    found = _locked(notices)
    return [_arrive(found.get(key), officer, at) for key in notices]


def _locked(notices: Sequence[int]) -> dict[int, SubsequentEntryNotice]:
    """Lock the ENS of the notices, then return the notices as they are now."""
    assert_in_transaction()
    rows = SubsequentEntryNotice.objects.filter(pk__in=notices)
    lock_ens(list(rows.values_list("ens_id", flat=True)))
    return rows.select_related("ens").in_bulk()


def _against(notice: SubsequentEntryNotice | None, officer: User, at: datetime) -> Refused | None:
    if notice is None or not policies.may_act_on(officer, notice, at):
        return refused("not_found", _("There is no such notice for you."))
    if notice.state == State.WITHDRAWN:
        return refused("withdrawn", _("The first office withdrew this while you read it."))
    if notice.state == State.REPLACED:
        return refused("stale_version", _("A newer notice came while you read this one."))
    return None if notice.is_live else refused("closed", _("This has been dealt with."))


def _arrive(notice: SubsequentEntryNotice | None, officer: User, at: datetime) -> Changed | Refused:
    against = _against(notice, officer, at)
    if against or notice is None:
        return against or _missing()
    if not move(SubsequentEntryNotice, NOTICE, "arrive", [notice.pk]):
        return refused("closed", _("These goods have arrived already."))
    SubsequentEntryNotice.objects.filter(pk=notice.pk).update(arrived_at=at)
    record_many([_told(SUBSEQUENT_ENTRY_ARRIVED, notice, at, officer)])
    return Changed(id=notice.pk)


def _missing() -> Refused:
    return refused("not_found", _("There is no such notice for you."))


def _act(
    wanted: Act, notice: SubsequentEntryNotice | None, officer: User, at: datetime
) -> Changed | Refused:
    against = _against(notice, officer, at)
    if against or notice is None:
        return against or _missing()
    if wanted.action not in Action.values:
        return refused("action", _("Say what was done."), "action")
    if not wanted.feedback.strip():
        return refused("feedback", _("Say what came of it."), "feedback")
    if wanted.action == Action.RELEASED and _is_kept(notice):
        return refused("measure", _("A measure on these goods is open."), "action")
    notice.state, notice.action = State.ACTED, wanted.action
    notice.feedback = wanted.feedback.strip()[:LONGEST_FEEDBACK]
    notice.acted_by, notice.acted_at = officer, at
    notice.save()
    record_many([_acted(notice, officer, at)])
    return Changed(id=notice.pk)


def _is_kept(notice: SubsequentEntryNotice) -> bool:
    """Whether a measure of the office itself, or a hold, still stands on the goods."""
    standing = Measure.objects.open().filter(ens=notice.ens)
    holds = standing.filter(kind=Measure.Kind.HOLD)
    return holds.exists() or standing.filter(place=notice.office).exists()


def _acted(notice: SubsequentEntryNotice, officer: User, at: datetime) -> NewEvent:
    data = {
        "notice": notice.pk,
        "office": notice.office,
        "action": notice.action,
        "action_name": str(notice.get_action_display()),
        "feedback": notice.feedback,
        "to": notice.told_by or notice.ens.office_of_first_entry,
        "ens": notice.ens_id,
        "version": notice.version,
    }
    return NewEvent(
        kind=SUBSEQUENT_ENTRY_ACTED, at=at, stream=notice.ens_id, actor=officer.pk, data=data
    )


def miss_notices(*, at: datetime) -> int:
    """Mark goods that have not come to a later office in the days after first entry.

    Returns how many notices were looked at. They can still arrive.
    """
    assert_in_transaction()
    late = SubsequentEntryNotice.objects.filter(
        state=State.EXPECTED, ens__expected_arrival__lte=at - EXPECTED_FOR
    ).order_by("pk")[:AT_A_TIME]
    found = {notice.pk: notice for notice in late}
    lock_ens(notice.ens_id for notice in found.values())
    moved = move(SubsequentEntryNotice, NOTICE, "miss", found)
    record_many([_told(SUBSEQUENT_ENTRY_MISSED, found[key], at) for key in sorted(moved)])
    return len(found)
