"""Which limits a declaration had, by which rule, and whether it kept them."""

from datetime import datetime

import msgspec

from declarations.document import Document
from declarations.models import Ens, Filing
from declarations.models.ens import TRAFFIC_CLASSES
from declarations.outages import excused
from declarations.traffic import TrafficClass, lateness


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The class of traffic and what follows from it.

    `late` is None where the declaration does not say when its limit was. `lodged_in` is the State
    whose limits count, empty where it is ours.
    """

    traffic: TrafficClass
    traffic_name: str
    corrected: bool
    rule: str
    lodged_at: datetime
    lodge_by: datetime | None
    late: int | None
    excused: bool
    lodged_in: str


def limits_of(ens: Ens, document: Document) -> Limits:
    """Return the limits of an ENS whose current document is given."""
    filing = Filing.objects.get(mrn=ens.mrn)
    found = lateness(document, filing.lodged_at, ens.corrected_traffic())
    return Limits(
        traffic=found.limit.traffic,
        traffic_name=str(dict(TRAFFIC_CLASSES)[found.limit.traffic]),
        corrected=bool(ens.traffic_correction),
        rule=found.limit.rule,
        lodged_at=filing.lodged_at,
        lodge_by=found.lodge_by,
        late=found.minutes,
        excused=filing.pk in excused([filing]),
        lodged_in=filing.received_from,
    )
