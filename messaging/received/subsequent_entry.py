"""IE319: another State tells our offices of subsequent entry of a risk, changes or withdraws it."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding
from customs_portal.reference.snapshot import Snapshot
from declarations.services.notified import Notified, judge_notifications, notify
from declarations.services.results import Refused
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals
from messaging.received.transmissions import (
    invalid_mrn,
    no_results,
    not_on_the_way,
    told,
    transmitted,
    wrong_results,
)
from risk.services.supersede import supersede

MESSAGE = "IE319"


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the MRN, the offices on the way, and the results."""
    document, content = judged.reading.document, transmitted(judged)
    assert document is not None
    found = [*invalid_mrn(content.mrn), *wrong_results(judged)]
    if not any(office[:2].upper() == country for office in document.subsequent_offices):
        found.append(not_on_the_way())
    if not content.results:
        found.append(no_results())
    return found


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Tell our offices of what has no findings, refuse the rest."""
    clean = [message for message in messages if not message.findings]
    results = notify([told(message, MESSAGE) for message in clean], at=at)
    supersede({each.ens for each in results if isinstance(each, Notified) and each.is_anew}, at=at)
    fates = [
        *(_fate(message, result) for message, result in zip(clean, results, strict=True)),
        *(Fate(message=each, findings=each.findings) for each in messages if each.findings),
    ]
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against notifications that passed every check so far."""
    return judge_notifications([told(message, MESSAGE) for message in messages])


def _fate(message: Judged, result: Notified | Refused) -> Fate:
    if isinstance(result, Refused):
        return Fate(message=message, findings=result.findings)
    return Fate(message=message, findings=(), mrn=transmitted(message).mrn)
