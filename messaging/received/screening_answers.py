"""XF4S01: another State answers what we asked it about a filing."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.lifecycle.out_of_sequence import UNKNOWN_MRN
from messaging.formats.transmissions import ScreeningAnswer
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals
from messaging.received.transmissions import invalid_mrn
from risk.models import Screening
from risk.services.screening_answers import Answer, take_answers

Known = dict[tuple[str, str], Screening]


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the MRN."""
    return invalid_mrn(_content(judged).mrn)


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Take in the answers to what that State was asked, refuse the rest."""
    known = _asked(messages)
    fates = [_fate(message, known) for message in messages]
    take_answers([_answer(fate.message, known) for fate in fates if not fate.findings], at=at)
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against answers that passed every check so far."""
    known = _asked(messages)
    return [_fate(message, known).findings for message in messages]


def _content(judged: Judged) -> ScreeningAnswer:
    content = judged.reading.content
    assert isinstance(content, ScreeningAnswer)
    return content


def _asked(messages: Sequence[Judged]) -> Known:
    """Return by State and reference what was asked."""
    clean = [_content(message) for message in messages if not message.findings]
    rows = Screening.objects.filter(is_ours=True, reference__in={each.reference for each in clean})
    return {(row.country, row.reference): row for row in rows.select_related("ens")}


def _fate(message: Judged, known: Known) -> Fate:
    if message.findings:
        return Fate(message=message, findings=message.findings)
    content = _content(message)
    row = known.get((message.received.partner, content.reference))
    if row is None:
        return Fate(message=message, findings=[_not_asked("SCRANS1.RefSCA2", content.reference)])
    if row.ens.mrn != content.mrn:
        return Fate(message=message, findings=[_not_asked("HEAHEA.DocNumHEA5", content.mrn)])
    return Fate(message=message, findings=(), mrn=content.mrn)


def _answer(message: Judged, known: Known) -> Answer:
    content, received = _content(message), message.received
    row = known[received.partner, content.reference]
    return Answer(
        screening=row.pk,
        ens=row.ens_id,
        verb=content.result,
        received_at=received.received_at,
        risk_area=content.area,
        risk_level=content.level,
        text=content.text,
    )


def _not_asked(location: str, value: str) -> Finding:
    return Finding(
        code=UNKNOWN_MRN,
        location=location,
        value=value,
        text="Your administration was not asked this.",
        stage=Stage.LIFECYCLE,
    )
