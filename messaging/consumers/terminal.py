"""Telling the port system of the place of unloading to keep held goods, and to let them go."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from declarations.events import MEASURE_LIFTED
from declarations.models import Ens, Measure
from declarations.subjects import consignments_touched, containers_of, current_document
from messaging.events import TERMINAL_UNKNOWN
from messaging.models import PortSystem
from messaging.outbox import Draft, number, write

BLOCK, UNBLOCK = "BLOCK", "UNBLOCK"


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an instruction to a terminal; `reference` is the same in block and unblock."""

    action: str
    reference: str
    mrn: str
    places: tuple[str, ...]
    consignments: tuple[str, ...]
    containers: tuple[str, ...]
    at: datetime


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one instruction for each hold and port system; say where none is known."""
    holds = Measure.objects.select_related("ens").filter(kind=Measure.Kind.HOLD)
    found = holds.in_bulk([event.data["measure"] for event in batch])
    pairs = [(event, found[key]) for event in batch if (key := event.data["measure"]) in found]
    told = [(event, hold, _instruction(event, hold)) for event, hold in pairs]
    operators = _operators({place for *_, body in told for place in body.places})
    drafts = [
        (_draft(event, hold, body, eori), body)
        for event, hold, body in told
        for eori in _recipients(body, operators)
    ]
    numbered = number([draft for draft, _ in drafts])
    bodies = [msgspec.json.encode(body) for _, body in drafts]
    write([own.filled(body) for own, body in zip(numbered, bodies, strict=True)], at=at)
    record_many(
        [_unknown(hold, body, at) for _, hold, body in told if not _recipients(body, operators)]
    )


def _instruction(event: Event, hold: Measure) -> Instruction:
    document = current_document(hold.ens)
    keys = consignments_touched(document, hold.subject, hold.reference)
    items = [item for each in document.consignments if each.key in keys for item in each.items]
    places = [item.place_of_unloading or document.place_of_unloading for item in items]
    return Instruction(
        action="unblock" if event.kind == MEASURE_LIFTED.name else "block",
        reference=f"H{hold.pk}",
        mrn=hold.ens.mrn,
        places=tuple(dict.fromkeys(place for place in places if place)),
        consignments=tuple(keys),
        containers=tuple(containers_of(document, hold.subject, hold.reference)),
        at=event.at,
    )


def _operators(places: set[str]) -> dict[str, list[str]]:
    rows = PortSystem.objects.filter(location__in=places, active=True)
    found: dict[str, list[str]] = {}
    for location, eori in rows.order_by("pk").values_list("location", "operator__eori"):
        found.setdefault(location, []).append(eori)
    return found


def _recipients(body: Instruction, operators: dict[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(eori for place in body.places for eori in operators.get(place, [])))


def _draft(event: Event, hold: Measure, body: Instruction, recipient: str) -> Draft:
    return Draft(
        kind=BLOCK if body.action == "block" else UNBLOCK,
        channel="terminal",
        recipient=recipient,
        event_id=event.id,
        ens=hold.ens_id,
        ens_version=event.data.get("version"),
        mrn=hold.ens.mrn,
    )


def _unknown(hold: Measure, body: Instruction, at: datetime) -> NewEvent:
    data = {"places": ", ".join(body.places), "action": body.action, "measure": hold.pk}
    return NewEvent(kind=TERMINAL_UNKNOWN, at=at, stream=hold.ens_id, data=data)


def waits_for(ens: Ens) -> list[str]:
    """Return the port systems that have not collected an instruction about the ENS."""
    from messaging.models import OutboundMessage

    waiting = OutboundMessage.objects.filter(ens=ens, channel="terminal", state="waiting")
    return sorted(set(waiting.values_list("recipient", flat=True)))
