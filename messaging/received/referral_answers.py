"""IE3R02 and IE3R03: questions of customs are answered, all that a message answers or none."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.core.files.base import ContentFile

from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.events import REFERRAL_ANSWER_REFUSED
from declarations.lifecycle.out_of_sequence import INVALID_MRN, OUT_OF_SEQUENCE, UNKNOWN_MRN
from declarations.models import Filing, Referral
from declarations.mrn import is_valid
from declarations.services.amend import approached_event
from declarations.services.answers import (
    Answer,
    Answering,
    against_answer,
    attempts,
    locked_questions,
    take,
)
from declarations.services.standing import ens_of
from messaging.formats.requests import AnswerSent, ReferralAnswers
from messaging.received.message import Fate, Judged
from messaging.received.senders import wrong_sender

TYPES = {
    "IE3R02": frozenset({Referral.Type.RFI.value, Referral.Type.AMD.value}),
    "IE3R03": frozenset({Referral.Type.RFS.value}),
}
"""By message the types of the questions that it answers."""
_GROUPS = {"IE3R02": "additionalInformationResponse", "IE3R03": "hrcmScreeningResults"}


def check(judged: Judged, _reference: Snapshot, _country: str) -> list[Finding]:
    """Return what stands against the sender: declarant or representative of the answer."""
    content = _content(judged)
    people = (content.declarant, content.representative)
    return [] if judged.received.eori in people else [wrong_sender(judged.reading)]


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Take the answers without findings and refuse the rest."""
    return [_take(message, at) for message in messages]


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against answers that passed every check so far."""
    return [_against(message, _asked(message, at)) for message in messages]


Asked = Sequence[Referral | None]


def _take(message: Judged, at: datetime) -> Fate:
    asked: Asked = () if message.findings else _asked(message, at)
    findings = message.findings or _against(message, asked)
    if findings:
        record_many([_refused(message, at), *_told(message, asked, at)])
        return Fate(message=message, findings=findings)
    by = _answering(message)
    for sent, each in zip(_answers(message), asked, strict=True):
        assert each is not None
        take(sent, each, by, at=at)
    return Fate(message=message, findings=(), mrn=_content(message).mrn)


def _asked(message: Judged, at: datetime) -> Asked:
    return locked_questions(_answers(message), at)


def _against(message: Judged, asked: Asked) -> list[Finding]:
    mrn = _content(message).mrn
    if not is_valid(mrn):
        return [_about_mrn(message, INVALID_MRN, "This is no MRN.")]
    if not _may_know(message, mrn):
        return [_about_mrn(message, UNKNOWN_MRN, "No filing of yours is known by this MRN.")]
    answers, by = _answers(message), _answering(message)
    refused = [against_answer(sent, each, by) for sent, each in zip(answers, asked, strict=True)]
    found = [
        _pointed(finding, message.reading.kind, place)
        for place, against in enumerate(refused, start=1)
        if against
        for finding in against.findings
    ]
    return found or _answered_twice(answers, message.reading.kind)


def _answered_twice(answers: Sequence[Answer], kind: str) -> list[Finding]:
    """Return the findings on questions that one message answers twice."""
    seen: set[str] = set()
    found = []
    for place, sent in enumerate(answers, start=1):
        if sent.reference in seen:
            text = "The message answers this question twice."
            finding = Finding(code=OUT_OF_SEQUENCE, location="", text=text, stage=Stage.LIFECYCLE)
            found.append(_pointed(finding, kind, place))
        seen.add(sent.reference)
    return found


def _may_know(message: Judged, mrn: str) -> bool:
    filing = Filing.objects.filter(mrn=mrn, received_from="").first()
    people = (filing.sender, filing.declarant, filing.representative) if filing else ()
    return message.received.eori in people


def _about_mrn(message: Judged, code: str, text: str) -> Finding:
    location, value = f"/{message.reading.kind}/MRN", _content(message).mrn
    return Finding(code=code, location=location, value=value, text=text, stage=Stage.LIFECYCLE)


def _pointed(finding: Finding, kind: str, place: int) -> Finding:
    """Return a finding on an answer with the pointer to its reference."""
    location = f"/{kind}/{_GROUPS[kind]}[{place}]/referralRequestReference"
    return msgspec.structs.replace(finding, location=location)


def _told(message: Judged, asked: Asked, at: datetime) -> list[NewEvent]:
    """Return the record of attempts on what is somebody else's."""
    mrn = message.reading.mrn or ""
    ens = ens_of([mrn]).get(mrn)
    if message.findings or ens is None or _may_know(message, mrn):
        return attempts(asked, _answering(message), at)
    return [approached_event(ens, message.received.eori, message.received.id, at)]


def _refused(message: Judged, at: datetime) -> NewEvent:
    data = {
        "message": message.received.id,
        "sender": message.received.eori,
        "mrn": message.reading.mrn or "",
    }
    return NewEvent(
        kind=REFERRAL_ANSWER_REFUSED, at=at, correlation=message.received.correlation, data=data
    )


def _content(message: Judged) -> ReferralAnswers:
    content = message.reading.content
    assert isinstance(content, ReferralAnswers)
    return content


def _answering(message: Judged) -> Answering:
    return Answering(eoris=frozenset({message.received.eori}))


def _answers(message: Judged) -> list[Answer]:
    content = _content(message)
    return [_answer(each, content.mrn, message.reading.kind) for each in content.answers]


def _answer(sent: AnswerSent, mrn: str, kind: str) -> Answer:
    return Answer(
        reference=sent.reference,
        text=sent.text,
        codes=sent.codes,
        screenings=sent.screenings,
        files=tuple(ContentFile(file.content, name=file.name) for file in sent.files),
        types=TYPES[kind],
        mrn=mrn,
    )
