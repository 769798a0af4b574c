"""What other administrations told us of an ENS, and what their offices did with what we told."""

from datetime import datetime

import msgspec
from django.urls import reverse

from customs_portal.accounts.models import User
from declarations.models import Ens, ReceivedTransmission, SubsequentEntryFeedback
from messaging.models import InboundMessage

RESULT_COLOURS = {"A": "red", "B": "orange", "C": "yellow", "OPEN": "light-blue"}
"""Colours of the results of analysis that administrations exchange."""


class ResultLine(msgspec.Struct, frozen=True, kw_only=True):
    """One result with the goods that it is about, empty for the whole declaration."""

    code: str
    colour: str
    text: str
    item: int | None
    goods: str = ""


class ToldLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message by which we were told, with its address, empty where the user sees none."""

    name: str
    prepared_at: datetime
    received_at: datetime
    results: list[ResultLine]
    set_aside: bool
    address: str


class FeedbackRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an office of another State did."""

    office: str
    action: str
    result: str
    acted_at: datetime


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All that other administrations told us of one ENS, newest first."""

    messages: list[ToldLine]
    feedback: list[FeedbackRow]


def told_of(ens: Ens, user: User) -> Told:
    """Return what other administrations told us of the ENS."""
    found = list(ReceivedTransmission.objects.filter(ens=ens).order_by("-prepared_at", "-pk"))
    seen = _visible([each.message_id for each in found], user)
    feedback = SubsequentEntryFeedback.objects.filter(ens=ens).order_by("-pk")
    return Told(
        messages=[_message(each, seen) for each in found],
        feedback=[_feedback(each) for each in feedback],
    )


def _visible(messages: list[int], user: User) -> frozenset[int]:
    if not messages:
        return frozenset()
    rows = InboundMessage.objects.visible_to(user).filter(pk__in=messages)
    return frozenset(rows.values_list("pk", flat=True))


def _message(each: ReceivedTransmission, seen: frozenset[int]) -> ToldLine:
    visible = each.message_id in seen
    return ToldLine(
        name=f"{each.message} {each.country}",
        prepared_at=each.prepared_at,
        received_at=each.received_at,
        results=[
            result_line(found["code"], found["text"], found["item"]) for found in each.results
        ],
        set_aside=each.set_aside,
        address=reverse("message_received", args=[each.message_id]) if visible else "",
    )


def result_line(code: str, text: str, item: int | None, goods: str = "") -> ResultLine:
    """Return a result with its colour."""
    colour = RESULT_COLOURS.get(code, "grey")
    return ResultLine(code=code, colour=colour, text=text, item=item, goods=goods)


def _feedback(each: SubsequentEntryFeedback) -> FeedbackRow:
    return FeedbackRow(
        office=each.office,
        action=str(each.get_action_display()),
        result=each.result,
        acted_at=each.acted_at,
    )
