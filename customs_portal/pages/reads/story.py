"""What happened to an ENS, and the messages about it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.reads import story
from customs_portal.pages.reads.queue import person
from declarations.models import Ens
from messaging.models import InboundMessage, OutboundMessage

MOST_PARTS = 200


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the story with the person behind it, empty for the system."""

    at: datetime
    sentence: str
    who: str


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A message received or written; `pk` names the one whose XML can be read."""

    at: datetime
    kind: str
    direction: str
    other: str
    state: str
    pk: int


def happenings(ens: Ens) -> list[Happening]:
    """Return the story of an ENS with that of the parts that it absorbed, newest first."""
    parts = ens.absorbed.filter(status=Ens.Status.ABSORBED).order_by("pk")
    lines = story([ens.pk, *parts.values_list("pk", flat=True)[:MOST_PARTS]])
    names = people(line.actor_id for line in lines)
    return [
        Happening(at=line.at, sentence=line.sentence, who=names.get(line.actor_id or 0, ""))
        for line in lines
    ]


def people(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of officials by id; systems of traders have none here."""
    wanted = {key for key in ids if key is not None}
    return {user.pk: person(user) for user in User.objects.filter(pk__in=wanted)}


def messages_of(ens: Ens, user: User) -> list[MessageLine]:
    """Return the messages about an ENS that the user may see, newest first."""
    received = InboundMessage.objects.visible_to(user).filter(mrn=ens.mrn)
    written = OutboundMessage.objects.visible_to(user).filter(Q(ens=ens) | Q(mrn=ens.mrn))
    lines = [
        *(_received(message) for message in received.select_related("operator")),
        *(_written(message) for message in written),
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _received(message: InboundMessage) -> MessageLine:
    return MessageLine(
        at=message.received_at,
        kind=message.kind,
        direction="in",
        other=_("from %s") % message.operator.eori,
        state=message.get_state_display(),
        pk=message.pk,
    )


def _written(message: OutboundMessage) -> MessageLine:
    return MessageLine(
        at=message.created_at,
        kind=message.kind,
        direction="out",
        other=_("to %s") % message.recipient,
        state=message.get_state_display(),
        pk=message.pk,
    )
