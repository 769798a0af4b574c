"""XF319: another State tells what its office did with goods that one of us told the other of."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.events import SUBSEQUENT_ENTRY_FEEDBACK
from declarations.lifecycle.out_of_sequence import UNKNOWN_MRN
from declarations.models import Filing, SubsequentEntryFeedback
from messaging.formats.transmissions import Feedback
from messaging.models import OutboundMessage
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals
from messaging.received.transmissions import WRONG_VALUE, invalid_mrn


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the MRN and the office, which is one of the sender's country."""
    content = _content(judged)
    found = invalid_mrn(content.mrn)
    if content.office[:2] != judged.received.partner:
        found.append(_foreign_office(content.office))
    return found


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Keep the feedback on what that State knows from us or we from it, refuse the rest."""
    told = _told_of(messages)
    fates = [_fate(message, told) for message in messages]
    kept = [_kept(fate, told) for fate in fates if not fate.findings]
    SubsequentEntryFeedback.objects.bulk_create(kept)
    record_many([_event(each, at) for each in kept])
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against feedback that passed every check so far."""
    told = _told_of(messages)
    return [_fate(message, told).findings for message in messages]


def _content(judged: Judged) -> Feedback:
    content = judged.reading.content
    assert isinstance(content, Feedback)
    return content


def _told_of(messages: Sequence[Judged]) -> dict[tuple[str, str], int]:
    """Return by MRN and State the ENS of which it knows from us, or we from it."""
    mrns = {_content(message).mrn for message in messages if not message.findings}
    sent = OutboundMessage.objects.filter(
        mrn__in=mrns, channel="partner", kind__in=("CD319A", "CD301A"), ens__isnull=False
    )
    rows = sent.values_list("mrn", "recipient", "ens_id")
    known = Filing.objects.filter(mrn__in=mrns).exclude(received_from="")
    received = known.values_list("mrn", "received_from", "membership__ens")
    return {(mrn or "", country): ens or 0 for mrn, country, ens in (*received, *rows)}


def _fate(message: Judged, told: dict[tuple[str, str], int]) -> Fate:
    if message.findings:
        return Fate(message=message, findings=message.findings)
    mrn = _content(message).mrn
    if (mrn, message.received.partner) not in told:
        return Fate(message=message, findings=[_not_told(mrn)])
    return Fate(message=message, findings=(), mrn=mrn)


def _kept(fate: Fate, told: dict[tuple[str, str], int]) -> SubsequentEntryFeedback:
    content, received = _content(fate.message), fate.message.received
    return SubsequentEntryFeedback(
        ens_id=told[content.mrn, received.partner],
        country=received.partner,
        office=content.office,
        action=content.action,
        result=content.result,
        acted_at=content.acted_at,
        received_at=received.received_at,
        message_id=received.id,
    )


def _event(kept: SubsequentEntryFeedback, at: datetime) -> NewEvent:
    data = {
        "office": kept.office,
        "country": kept.country,
        "action_name": str(kept.get_action_display()),
        "result": kept.result,
    }
    return NewEvent(kind=SUBSEQUENT_ENTRY_FEEDBACK, at=at, stream=kept.ens_id, data=data)


def _not_told(mrn: str) -> Finding:
    return Finding(
        code=UNKNOWN_MRN,
        location="HEAHEA.DocNumHEA5",
        value=mrn,
        text="No declaration with this MRN is known between our administrations.",
        stage=Stage.LIFECYCLE,
    )


def _foreign_office(office: str) -> Finding:
    return Finding(
        code=WRONG_VALUE,
        location="FEEDBA1.RefNumFEE2",
        value=office,
        text="The office is not one of the sender's country.",
        stage=Stage.SENDER,
    )
