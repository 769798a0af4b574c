"""IE301: another State hands over the declarations of a means that was diverted to us."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.services.results import Refused
from declarations.services.take_over import (
    TakenOver,
    TakeOver,
    judge_take_overs,
    take_over,
)
from messaging.received.message import Fate, Judged
from messaging.received.partners import record_refusals
from messaging.received.transmissions import (
    invalid_mrn,
    told,
    transmitted,
    wrong_results,
)
from risk.services.supersede import supersede

MESSAGE = "IE301"


def check(judged: Judged, reference: Snapshot, country: str) -> list[Finding]:
    """Return what stands against the MRN, the results, and the way that it came."""
    document = judged.reading.document
    assert document is not None
    found = [*invalid_mrn(transmitted(judged).mrn), *wrong_results(judged)]
    first = document.office_of_first_entry.upper()
    if first[:2] == country and not settings.LODGEMENT_ELSEWHERE:
        found.append(_lodged_elsewhere(first))
    return found


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Take over what has no findings, refuse the rest."""
    clean = [message for message in messages if not message.findings]
    results = take_over([TakeOver(told=told(message, MESSAGE)) for message in clean], at=at)
    supersede_taken(results, at)
    fates = [
        *(_fate(message, result) for message, result in zip(clean, results, strict=True)),
        *(Fate(message=each, findings=each.findings) for each in messages if each.findings),
    ]
    record_refusals(fates, at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against hand-overs that passed every check so far."""
    return judge_take_overs([told(message, MESSAGE) for message in messages])


def supersede_taken(results: Sequence[TakenOver | Refused], at: datetime) -> None:
    """End what was thought of earlier versions of what is taken over."""
    anew = {each.ens for each in results if isinstance(each, TakenOver) and each.is_anew}
    supersede(anew, at=at)


def _fate(message: Judged, result: TakenOver | Refused) -> Fate:
    if isinstance(result, Refused):
        return Fate(message=message, findings=result.findings)
    return Fate(message=message, findings=(), mrn=result.mrn)


def _lodged_elsewhere(office: str) -> Finding:
    """Return the finding on a declaration for us that was lodged in another State."""
    return Finding(
        code="14",
        location="CUSOFFFENT730.RefNumCUSOFFFENT731",
        value=office,
        text="Declarations for this office are lodged with this administration only.",
        stage=Stage.LIFECYCLE,
    )
