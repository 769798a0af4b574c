"""The partners as those who run the portal watch them: how each line stands, what waits and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.events.models import Event
from messaging.events import MESSAGE_REFUSED
from messaging.models import (
    Dispatch,
    OutboundMessage,
    Partner,
    PartnerContact,
    PartnerKey,
    PartnerLine,
)
from messaging.models.partner import PartnerOutage
from messaging.wire.receiving import reason
from messaging.wire.waiting import WaitingFor, waiting_by_partner, waiting_for

MOST_SHOWN = 100
LOOKED_AT = 5000
"""How many messages to a partner are looked at for those that it refused, the newest first."""
EXPIRES_SOON = timedelta(days=14)
OVERDUE = gettext_lazy("Alarm")
STANDINGS = {
    "overdue": (OVERDUE, "red"),
    "stopped": (gettext_lazy("Message refused"), "red"),
    "resting": (gettext_lazy("Not reached"), "orange"),
    "outage": (gettext_lazy("Planned outage"), "yellow"),
    "no_agreement": (gettext_lazy("No agreement"), "grey"),
    "failing": (gettext_lazy("Failing"), "yellow"),
    "fine": (gettext_lazy("Works"), "green"),
    "untried": (gettext_lazy("Not used yet"), "grey"),
    "collects": (gettext_lazy("Collects"), "blue"),
}
"""The words and the colour of how a line stands."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a line stands, in words and a colour."""

    code: str

    @property
    def words(self) -> str:
        """Return the words."""
        return str(STANDINGS[self.code][0])

    @property
    def colour(self) -> str:
        """Return the colour of the tag."""
        return STANDINGS[self.code][1]


class PartnerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A partner of the list."""

    partner: Partner
    standing: Standing
    waiting: WaitingFor
    line: PartnerLine | None


class WaitingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits: since when, why, and when it is tried next."""

    id: int
    name: str
    kind: str
    since: datetime
    state: str
    attempts: int
    why: str
    next_try_at: datetime | None
    is_stopped: bool


class RefusedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that the partner has refused with IE906 or IE917."""

    name: str
    kind: str
    created_at: datetime
    why: str


class PartnerPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of a partner."""

    row: PartnerRow
    messages: list[WaitingMessage]
    more: int
    refused: list[RefusedMessage]
    contacts: Sequence[PartnerContact]
    keys: Sequence[PartnerKey]
    outages: Sequence[PartnerOutage]
    outage: PartnerOutage | None
    refusal: str
    expiring: PartnerKey | None


def partners(at: datetime) -> list[PartnerRow]:
    """Return every partner that is active, those in trouble first."""
    counted = waiting_by_partner(at)
    found = Partner.objects.filter(active=True).select_related("line")
    rows = [_row(partner, counted.get(partner.pk, WaitingFor()), at) for partner in found]
    order = list(STANDINGS)
    return sorted(rows, key=lambda row: (order.index(row.standing.code), row.partner.code))


def partner_page(partner: Partner, at: datetime) -> PartnerPage:
    """Return the page of one partner."""
    counted = waiting_by_partner(at).get(partner.pk, WaitingFor())
    shown = [_message(each, partner) for each in waiting_for(partner, limit=MOST_SHOWN)]
    row = _row(partner, counted, at)
    keys = list(partner.keys.exclude(valid_to__lte=at))
    return PartnerPage(
        row=row,
        messages=shown,
        more=counted.count - len(shown),
        refused=_refused(partner),
        contacts=list(partner.contacts.all()),
        keys=keys,
        outages=list(partner.outages.filter(to_at__gt=at).order_by("from_at")),
        outage=_outage(partner, at),
        refusal=reason(row.line.refusal) if row.line and row.line.refusal else "",
        expiring=_expiring(keys, at),
    )


def _row(partner: Partner, counted: WaitingFor, at: datetime) -> PartnerRow:
    line = getattr(partner, "line", None)
    code = _standing(partner, line, counted, at)
    return PartnerRow(partner=partner, standing=Standing(code=code), waiting=counted, line=line)


def _standing(partner: Partner, line: PartnerLine | None, counted: WaitingFor, at: datetime) -> str:
    if counted.overdue or counted.stopped:
        return "overdue" if counted.overdue else "stopped"
    if not partner.is_agreed(at.date()):
        return "no_agreement"
    if _outage(partner, at):
        return "outage"
    if not partner.is_pushed_to:
        return "collects"
    return _of_line(line, at)


def _of_line(line: PartnerLine | None, at: datetime) -> str:
    if line is None or not (line.failed_at or line.succeeded_at):
        return "untried"
    if line.open_until and line.failures:
        return "resting"
    return "failing" if line.failures else "fine"


def _outage(partner: Partner, at: datetime) -> PartnerOutage | None:
    return partner.outages.filter(from_at__lte=at, to_at__gt=at).first()


def _expiring(keys: Sequence[PartnerKey], at: datetime) -> PartnerKey | None:
    """Return the key that ends soon without another to take over."""
    lasting = [key for key in keys if key.valid_to is None or key.valid_to > at + EXPIRES_SOON]
    return keys[0] if keys and not lasting else None


def _message(found: Dispatch, partner: Partner) -> WaitingMessage:
    message, tried = found.message, found.state
    return WaitingMessage(
        id=message.pk,
        name=message.message_identification,
        kind=message.kind,
        since=message.created_at,
        state=_state(tried, partner),
        attempts=found.attempts,
        why=found.error,
        next_try_at=found.next_try_at,
        is_stopped=tried == Dispatch.State.STOPPED,
    )


def _refused(partner: Partner) -> list[RefusedMessage]:
    sent = OutboundMessage.objects.filter(recipient=partner.code).order_by("-pk")
    newest = sent.values("pk")[:LOOKED_AT]
    refused = OutboundMessage.objects.filter(pk__in=newest, state=OutboundMessage.State.REFUSED)
    found = list(refused.order_by("-pk")[:MOST_SHOWN])
    why = _why_refused(found)
    return [
        RefusedMessage(
            name=each.message_identification,
            kind=each.kind,
            created_at=each.created_at,
            why=why.get(each.pk, ""),
        )
        for each in found
    ]


def _why_refused(messages: Sequence[OutboundMessage]) -> dict[int, str]:
    told = Event.objects.filter(kind=MESSAGE_REFUSED.name)
    streams = {each.ens_id for each in messages if each.ens_id}
    found = list(told.filter(stream__in=streams))
    others = [each for each in messages if each.ens_id is None]
    if others:
        since = min(each.created_at for each in others)
        keys = [each.pk for each in others]
        found += told.filter(stream=None, at__gte=since, data__refused__in=keys)
    return {each.data["refused"]: each.data["errors"] for each in found}


def _state(tried: str, partner: Partner) -> str:
    if tried:
        return str(Dispatch.State(tried).label)
    return _("Waits its turn") if partner.is_pushed_to else _("Waits to be collected")
