"""Telling traders what no EDI message exists for: notices as JSON, collected like the rest.

Only what was announced is told of, and only in the words of the reason code for traders.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.bulk import fetch_prepared
from customs_portal.events.models import Event
from customs_portal.reference.models import ReasonCode
from declarations import events as declared
from declarations.document import Document, decode
from declarations.filing_types import filing_types
from declarations.models import ConsignmentLife, Ens, Measure
from messaging.consumers.announce import lifted_written
from messaging.consumers.control_notices import replaces_notice
from messaging.outbox import Draft, Numbered, Written, number, write

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
    """An event with the ENS and the measure or consignment that it is about."""

    event: Event
    ens: Ens
    sender: str
    document: Document
    measure: Measure | None = None
    consignment: ConsignmentLife | None = None

    @property
    def filer(self) -> str:
        """Who lodged the filing that it is about: of a linked house its own."""
        return self.consignment.filing.sender if self.consignment else self.sender

    @property
    def mrn(self) -> str:
        """The MRN of that filing."""
        own = self.consignment.filing.mrn if self.consignment else self.event.data.get("mrn")
        return own or self.ens.mrn


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one notice for each announced fact and addressee."""
    found = [each for each in _about(batch) if _is_told(each)]
    carriers = [each.document.effective_carrier().identifier or "" for each in found]
    connected = connected_eoris(carriers, at=at)
    texts = _texts(batch, at)
    pairs = [(each, eori) for each in found for eori in _addressees(each, connected)]
    numbered = number([_draft(each, eori) for each, eori in pairs])
    written = [
        own.filled(msgspec.json.encode(_notice(each, texts, at)))
        for (each, _eori), own in zip(pairs, numbered, strict=True)
    ]
    write([*written, *_interventions(pairs, at)], at=at)


def _about(batch: Sequence[Event]) -> list[_About]:
    ens = Ens.objects.in_bulk([event.stream for event in batch])
    measures = Measure.objects.select_related("control", "refusal").in_bulk(
        [event.data["measure"] for event in batch if "measure" in event.data]
    )
    lives = ConsignmentLife.objects.select_related("filing").in_bulk(
        [event.data["consignment"] for event in batch if "consignment" in event.data]
    )
    current = _current(list(ens))
    return [
        _About(
            event=event,
            ens=ens[event.stream],
            sender=current[event.stream][0],
            document=current[event.stream][1],
            measure=measures.get(event.data.get("measure", 0)),
            consignment=lives.get(event.data.get("consignment", 0)),
        )
        for event in batch
        if event.stream is not None
    ]


_CURRENT = """
SELECT e.id, f.sender, fv.document_json::text FROM declarations_ens e
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = e.version
JOIN declarations_filingversion fv ON fv.id = v.filing_versions[1]
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE e.id = ANY(%s::bigint[])
"""


def _current(ens: Sequence[int]) -> dict[int, tuple[str, Document]]:
    """Return by ENS who lodged it, and the document of its current version."""
    rows = fetch_prepared(_CURRENT, [list(ens)])
    return {key: (sender, decode(document)) for key, sender, document in rows}


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


def _addressees(about: _About, connected: frozenset[str]) -> list[str]:
    carrier = about.document.effective_carrier().identifier
    own = {about.filer, about.document.declarant.identifier}
    if carrier and carrier not in own and carrier in connected:
        return [about.filer, carrier]
    return [about.filer]


def _texts(batch: Sequence[Event], at: datetime) -> dict[str, str]:
    """Return the texts for traders of the reason codes that the events name."""
    named = {event.data.get(key, "") for event in batch for key in ("lift_reason", "result")}
    rows = ReasonCode.objects.valid_on(at.date()).filter(code__in=named)
    return dict(rows.values_list("code", "trader_text"))


def _draft(about: _About, recipient: str) -> Draft:
    return Draft(
        kind=KIND,
        channel="trader",
        recipient=recipient,
        event_id=about.event.id,
        ens=about.ens.pk,
        ens_version=about.event.data.get("version"),
        mrn=about.mrn,
    )


def _notice(about: _About, texts: Mapping[str, str], at: datetime) -> Notice:
    name = NOTICES[about.event.kind]
    if about.measure is None:
        life = about.consignment
        return Notice(
            notice=name,
            mrn=about.mrn,
            at=about.event.at,
            subject=Measure.Subject.CONSIGNMENT if life else "",
            reference=life.key if life else "",
        )
    return _of_measure(about.measure, name, about, texts)


def _of_measure(measure: Measure, name: str, about: _About, texts: Mapping[str, str]) -> Notice:
    data = about.event.data
    notice = Notice(
        notice=name,
        mrn=about.ens.mrn,
        at=about.event.at,
        kind=measure.kind,
        subject=measure.subject,
        reference=measure.reference,
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


def _interventions(pairs: Sequence[tuple[_About, str]], at: datetime) -> list[Written]:
    """Return the IE351 of lifted do-not-loads, where the administration sends them."""
    if not settings.LIFT_BY_INTERVENTION:
        return []
    lifted = [
        (about, eori)
        for about, eori in pairs
        if about.event.kind == LIFTED
        and about.measure is not None
        and about.measure.kind == Measure.Kind.DO_NOT_LOAD
        and about.document.type not in filing_types()
    ]
    drafts = [msgspec.structs.replace(_draft(about, eori), kind="CC351A") for about, eori in lifted]
    return [_lifted(about, own, at) for (about, _), own in zip(lifted, number(drafts), strict=True)]


def _lifted(about: _About, own: Numbered, at: datetime) -> Written:
    assert about.measure is not None
    return lifted_written(about.measure.pk, own, at)
