"""Telling the port system of the place of unloading to keep held goods, and to let them go."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from customs_portal.events.services import NewEvent, record_many
from customs_portal.reference.models import Office
from declarations.events import ARRIVAL_LINE_HELD, MEASURE_LIFTED
from declarations.models import ArrivalLine, Ens, Measure
from declarations.subjects import consignments_touched, containers_of, current_document
from messaging.events import TERMINAL_UNKNOWN
from messaging.models import OutboundMessage, PortSystem
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


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """An instruction and what it is about: a hold on declared goods, or a held line of an arrival.

    `about` names it in the event that says that no port system is known.
    """

    event: Event
    body: Instruction
    about: dict[str, int]
    ens: int | None = None


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one instruction for each hold and port system; say where none is known."""
    told = [*_of_measures(batch), *_of_lines(batch)]
    operators = _operators({place for each in told for place in each.body.places})
    drafts = [
        (_draft(each, eori), each.body)
        for each in sorted(told, key=lambda each: each.event.id)
        for eori in _recipients(each.body, operators)
    ]
    numbered = number([draft for draft, _ in drafts])
    bodies = [msgspec.json.encode(body) for _, body in drafts]
    write([own.filled(body) for own, body in zip(numbered, bodies, strict=True)], at=at)
    record_many([_unknown(each, at) for each in told if not _recipients(each.body, operators)])


def _of_measures(batch: Sequence[Event]) -> list[_Told]:
    named = [event for event in batch if "measure" in event.data]
    holds = Measure.objects.select_related("ens").filter(kind=Measure.Kind.HOLD)
    found = holds.in_bulk([event.data["measure"] for event in named])
    return [
        _Told(
            event=event,
            body=_instruction(event, found[key]),
            about={"measure": key},
            ens=found[key].ens_id,
        )
        for event in named
        if (key := event.data["measure"]) in found
    ]


def _of_lines(batch: Sequence[Event]) -> list[_Told]:
    """Return what is to be said of lines that are held, or no longer held as such."""
    named = [event for event in batch if "line" in event.data and event.data.get("held", True)]
    lines = ArrivalLine.objects.select_related("arrival")
    found = lines.in_bulk([event.data["line"] for event in named])
    places = dict(Office.objects.values_list("reference", "place")) if found else {}
    return [
        _Told(event=event, body=_of_line(event, found[key], places), about={"line": key})
        for event in named
        if (key := event.data["line"]) in found
    ]


def _of_line(event: Event, line: ArrivalLine, places: Mapping[str, str]) -> Instruction:
    """Return the instruction on undeclared goods, which lie where the means arrived."""
    place = places.get(line.arrival.office, "")
    return Instruction(
        action=BLOCK.lower() if event.kind == ARRIVAL_LINE_HELD.name else UNBLOCK.lower(),
        reference=f"L{line.pk}",
        mrn=line.mrn,
        places=(place,) if place else (),
        consignments=(line.document,) if line.document else (),
        containers=(line.container,) if line.container else (),
        at=event.at,
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


def _draft(told: _Told, recipient: str) -> Draft:
    return Draft(
        kind=told.body.action.upper(),
        channel="terminal",
        recipient=recipient,
        event_id=told.event.id,
        ens=told.ens,
        ens_version=told.event.data.get("version") if told.ens else None,
        mrn=told.body.mrn if told.ens else "",
    )


def _unknown(told: _Told, at: datetime) -> NewEvent:
    body = told.body
    data = {"places": ", ".join(body.places), "action": body.action, **told.about}
    return NewEvent(kind=TERMINAL_UNKNOWN, at=at, stream=told.ens, data=data)


def waits_for(ens: Ens) -> list[str]:
    """Return the port systems that have not collected an instruction about the ENS."""
    waiting = OutboundMessage.objects.filter(ens=ens, channel="terminal", state="waiting")
    return sorted(set(waiting.values_list("recipient", flat=True)))


def receipts_of(lines: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Return by held line the port systems that were told last, with the state of the message.

    A held line without any has to be told by telephone.
    """
    held = Event.objects.filter(kind=ARRIVAL_LINE_HELD.name, data__line__in=list(lines))
    named = dict(held.values_list("id", "data__line"))
    told = OutboundMessage.objects.filter(event_id__in=named, channel="terminal").order_by("pk")
    found: dict[int, list[tuple[str, str]]] = {}
    for event, recipient, state in told.values_list("event_id", "recipient", "state"):
        found.setdefault(named[event], []).append((recipient, state))
    return found
