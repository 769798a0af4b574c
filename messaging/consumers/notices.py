"""Telling traders what no EDI message exists for: notices as JSON, collected like the rest.

Only what was announced is told of, and only in the words of the reason code for traders.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from customs_portal.reference.models import ReasonCode
from declarations import events as declared
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import ConsignmentLife, Ens, EnsMember, Measure
from declarations.parts import Concerned, concerned, own_of, parts_of, told_of
from messaging.consumers.announce import lifted_written
from messaging.consumers.control_notices import replaces_notice
from messaging.outbox import Draft, Written, number, write

KIND = "NOTICE"
ANNOUNCED, LIFTED = declared.MEASURE_ANNOUNCED.name, declared.MEASURE_LIFTED.name
NOTICES = {
    declared.CONTROL_ANNOUNCED.name: "control_ordered",
    declared.CONTROL_RESULT.name: "control_ended",
    declared.CONTROL_WAIVED.name: "control_ended",
    declared.CONTROL_PASSED_ON.name: "control_ended",
    ANNOUNCED: "measure_announced",
    LIFTED: "measure_lifted",
    declared.REFUSAL_SIGNED.name: "refusal_intended",
    declared.REFUSAL_IN_FORCE.name: "entry_refused",
    declared.REFUSAL_REVOKED.name: "refusal_revoked",
    declared.CONSIGNMENT_RELEASED.name: "released",
    declared.FILING_EXPIRED.name: "filing_expired",
}
"""By kind of event what a notice of it is called."""


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a notice. Times are UTC; what does not apply is left out."""

    notice: str
    mrn: str
    at: datetime
    kind: str = ""
    subject: str = ""
    reference: str = ""
    text: str = ""
    place: str = ""
    location: str = ""
    scheduled_at: datetime | None = None
    to_present: str = ""
    heard_until: datetime | None = None
    reasons: str = ""


class _About(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the ENS, the measure or consignment, and the filings that it is about."""

    event: Event
    ens: Ens
    filings: tuple[Concerned, ...]
    measure: Measure | None = None
    consignment: ConsignmentLife | None = None

    @property
    def document(self) -> Document:
        """Return what the first filing concerned declares."""
        return self.filings[0].part.document


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as one filing is told of it, and who gets the notice."""

    about: _About
    filing: Concerned
    eori: str


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one notice for each announced fact, filing concerned and addressee."""
    found = [each for each in _about(batch) if _is_told(each)]
    carriers = [filing.carrier for each in found for filing in each.filings]
    connected = connected_eoris(carriers, at=at)
    texts = _texts(batch, at)
    told = [
        _Told(about=each, filing=filing, eori=eori)
        for each in found
        for filing, eori in told_of(each.filings, connected)
    ]
    numbered = number([_draft(each) for each in told])
    written = [
        own.filled(msgspec.json.encode(_notice(each, texts)))
        for each, own in zip(told, numbered, strict=True)
    ]
    write([*written, *_interventions(told, at)], at=at)


def _about(batch: Sequence[Event]) -> list[_About]:
    ens = Ens.objects.in_bulk([event.stream for event in batch])
    measures = Measure.objects.select_related("control", "refusal").in_bulk(
        [event.data["measure"] for event in batch if "measure" in event.data]
    )
    lives = ConsignmentLife.objects.in_bulk(
        [event.data["consignment"] for event in batch if "consignment" in event.data]
    )
    filings = {life.filing_id for life in lives.values()}
    filings |= {event.data["filing"] for event in batch if "filing" in event.data}
    members = EnsMember.objects.filter(filing__in=filings)
    homes = dict(members.values_list("filing_id", "ens_id"))
    measured = {measure.ens_id for measure in measures.values()}
    parts = parts_of({*homes.values(), *measured})
    found = []
    for event in batch:
        measure = measures.get(event.data.get("measure", 0))
        life = lives.get(event.data.get("consignment", 0))
        if measure:
            about = concerned(parts[measure.ens_id], measure.subject, measure.reference)
        else:
            filing = life.filing_id if life else event.data["filing"]
            about = [own_of(parts[homes[filing]], filing)]
        found.append(
            _About(
                event=event,
                ens=ens[event.stream or 0],
                filings=tuple(about),
                measure=measure,
                consignment=life,
            )
        )
    return found


def _is_told(about: _About) -> bool:
    if about.event.kind == declared.CONTROL_ANNOUNCED.name and replaces_notice(about.document):
        return False
    if about.event.kind == ANNOUNCED:
        return _announced_by_notice(about)
    return about.measure is None or about.measure.announced_at is not None


def _announced_by_notice(about: _About) -> bool:
    """Whether no message announces the measure: of ICS2 anything but a do-not-load."""
    is_instruction = about.measure and about.measure.kind == Measure.Kind.DO_NOT_LOAD
    return about.document.type in filing_types() and not is_instruction


def _texts(batch: Sequence[Event], at: datetime) -> dict[str, str]:
    """Return the texts for traders of the reason codes that the events name."""
    named = {event.data.get(key, "") for event in batch for key in ("lift_reason", "result")}
    rows = ReasonCode.objects.valid_on(at.date()).filter(code__in=named)
    return dict(rows.values_list("code", "trader_text"))


def _draft(told: _Told) -> Draft:
    return Draft(
        kind=KIND,
        channel="trader",
        recipient=told.eori,
        event_id=told.about.event.id,
        ens=told.about.ens.pk,
        ens_version=told.about.event.data.get("version"),
        mrn=told.filing.part.mrn,
    )


def _notice(told: _Told, texts: Mapping[str, str]) -> Notice:
    about = told.about
    name = NOTICES[about.event.kind]
    if about.measure is None:
        life = about.consignment
        return Notice(
            notice=name,
            mrn=told.filing.part.mrn,
            at=about.event.at,
            subject=Measure.Subject.CONSIGNMENT if life else "",
            reference=life.key if life else "",
        )
    return _of_measure(about.measure, name, told, texts)


def _of_measure(measure: Measure, name: str, told: _Told, texts: Mapping[str, str]) -> Notice:
    data = told.about.event.data
    notice = Notice(
        notice=name,
        mrn=told.filing.part.mrn,
        at=told.about.event.at,
        kind=measure.kind,
        subject=measure.subject,
        reference=told.filing.reference,
        text=texts.get(data.get("lift_reason") or data.get("result", ""), measure.trader_text),
    )
    if name == "control_ordered":
        control = measure.control
        return msgspec.structs.replace(
            notice,
            place=measure.place,
            location=control.location,
            scheduled_at=control.scheduled_at,
            to_present=control.to_present,
        )
    if measure.kind == Measure.Kind.REFUSAL:
        refusal = measure.refusal
        return msgspec.structs.replace(
            notice, heard_until=refusal.heard_until, reasons=refusal.reasons
        )
    return notice


def _interventions(told: Sequence[_Told], at: datetime) -> list[Written]:
    """Return the IE351 of lifted do-not-loads, where the administration sends them."""
    if not settings.LIFT_BY_INTERVENTION:
        return []
    lifted = [
        (each.about.measure, each)
        for each in told
        if each.about.event.kind == LIFTED
        and each.about.measure is not None
        and each.about.measure.kind == Measure.Kind.DO_NOT_LOAD
        and each.about.document.type not in filing_types()
    ]
    drafts = [msgspec.structs.replace(_draft(each), kind="CC351A") for _measure, each in lifted]
    return [
        lifted_written(measure, each.filing, own, at)
        for (measure, each), own in zip(lifted, number(drafts), strict=True)
    ]
