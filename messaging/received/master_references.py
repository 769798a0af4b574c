"""IE3F25: the master of a filing before loading is told, or the reference refused."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.findings import Finding
from declarations.services import Lodged, Refused, reject
from declarations.services.master_reference import judge_references, refer
from messaging.received.declarations import fate_of, lodgement, refused_fate, rejection
from messaging.received.message import Fate, Judged
from risk.services.supersede import supersede


def take_in(messages: Sequence[Judged], at: datetime) -> list[Fate]:
    """Write what has no findings onto its filing, which is analysed anew, and reject the rest."""
    clean = [message for message in messages if not message.findings]
    results = refer([lodgement(message) for message in clean], at=at)
    supersede({result.ens for result in results if isinstance(result, Lodged)}, at=at)
    fates = [fate_of(message, result) for message, result in zip(clean, results, strict=True)]
    fates += [refused_fate(message, message.findings) for message in messages if message.findings]
    reject([rejection(fate) for fate in fates if fate.findings], at=at)
    return fates


def try_out(messages: Sequence[Judged], at: datetime) -> list[Sequence[Finding]]:
    """Return what stands against references that passed every check so far."""
    documents = [message.reading.document for message in messages]
    results = judge_references([one for one in documents if one is not None], at=at)
    return [result.findings if isinstance(result, Refused) else () for result in results]
