"""Telling our own offices of subsequent entry about a positive result (LIFECYCLE section 7)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.events import SUBSEQUENT_ENTRY_ACTED, SUBSEQUENT_ENTRY_INFORMED
from declarations.models import SubsequentEntryNotice
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Changed, Refused, refused


class OwnOfficeNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What one of our offices is to be told about one version of an ENS."""

    ens: int
    office: str
    version: int
    result_code: str
    text: str


def inform_own_offices(notices: Sequence[OwnOfficeNotice], *, at: datetime) -> None:
    """Put the notices into the inboxes; one that is there already is left alone."""
    assert_in_transaction()
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
    record_many(
        [
            NewEvent(
                kind=SUBSEQUENT_ENTRY_INFORMED,
                at=at,
                stream=notice.ens,
                data={"office": notice.office, "version": notice.version},
            )
            for notice in notices
        ]
    )


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What an office of subsequent entry did with goods that it was told of."""

    notice: int
    action: str
    feedback: str


def act_on_notices(acts: Sequence[Act], *, officer: User, at: datetime) -> list[Changed | Refused]:
    """Keep what was done, as feedback to the office of first entry. One result for each.

    The result of the first office stays as it is.
    """
    assert_in_transaction()
    rows = SubsequentEntryNotice.objects.select_for_update(of=("self",)).select_related("ens")
    found = rows.in_bulk([each.notice for each in acts])
    return [_act(each, found.get(each.notice), officer, at) for each in acts]


def _act(
    wanted: Act, notice: SubsequentEntryNotice | None, officer: User, at: datetime
) -> Changed | Refused:
    if notice is None or not policies.may_act_on(officer, notice, at):
        return refused("not_found", _("There is no such notice for you."))
    if notice.state not in SubsequentEntryNotice.LIVE:
        return refused("closed", _("This has been dealt with."))
    if wanted.action not in SubsequentEntryNotice.Action.values:
        return refused("action", _("Say what was done."), "action")
    if not wanted.feedback.strip():
        return refused("feedback", _("Say what came of it."), "feedback")
    notice.state, notice.action = SubsequentEntryNotice.State.ACTED, wanted.action
    notice.feedback, notice.acted_by, notice.acted_at = wanted.feedback.strip(), officer, at
    notice.save()
    data = {
        "notice": notice.pk,
        "office": notice.office,
        "action": wanted.action,
        "action_name": str(notice.get_action_display()),
        "feedback": notice.feedback,
        "to": notice.ens.office_of_first_entry,
    }
    record_many(
        [
            NewEvent(
                kind=SUBSEQUENT_ENTRY_ACTED, at=at, stream=notice.ens_id,
                actor=officer.pk, data=data,
            )
        ]
    )  # fmt: skip
    return Changed(id=notice.pk)
