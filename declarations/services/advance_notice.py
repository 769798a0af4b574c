"""Telling of controls of goods that are still to come (ICS2): only authorised operators, if at all.

Whoever is told in advance by IE3N09 is told again with all others when the goods are here (IE3N08).
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.accounts.operators import status_of
from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.services import record_many
from declarations.arrivals import NOTIFIED_MODES
from declarations.events import CONTROL_ANNOUNCED, CONTROL_FOREWARNED
from declarations.filing_types import filing_types
from declarations.models import ConsignmentLife, Control, Ens, Filing, Measure
from declarations.parts import Concerned, concerned, parts_of, told_of
from declarations.services.ending import HOLD_OF_CONTROL
from declarations.services.goods import goods_of
from declarations.services.measures import told
from declarations.services.results import Refused, refused

AUTHORISED = frozenset({"AEOS", "AEOF"})
"""Authorised for security and safety (UCC Art. 38(2)(b))."""
TO_COME = (ConsignmentLife.Goods.EXPECTED, ConsignmentLife.Goods.NOT_ARRIVED)
_DECIDED = (Measure.Status.ORDERED, Measure.Status.SCHEDULED)


def is_to_come(measure: Measure) -> bool:
    """Whether its goods are of ICS2, by sea or air, and none of them is here yet."""
    return are_to_come(measure.ens, measure.subject, measure.reference)


def are_to_come(ens: Ens, subject: str, reference: str) -> bool:
    """Whether goods of that subject are of ICS2, by sea or air, and none of them is here yet."""
    if ens.transport_mode not in NOTIFIED_MODES:
        return False
    lives = goods_of(ens, subject, reference)
    types = {life.filing.type for life in lives}
    return types <= filing_types().keys() and all(life.goods in TO_COME for life in lives)


def authorised_people(measure: Measure, at: datetime) -> list[str]:
    """Return whom an advance notice may go to, if any (see `forewarned`)."""
    return list(dict.fromkeys(eori for _filing, eori in forewarned(measure, at)))


def forewarned(measure: Measure, at: datetime) -> list[tuple[Concerned, str]]:
    """Return who may be told of a control in advance, each of which filing.

    Who filed for an authorised declarant what the control is about, each of the own filing, and
    once an authorised carrier that is connected. Nobody where the goods are here.
    """
    if not is_to_come(measure):
        return []
    parts = parts_of([measure.ens_id])[measure.ens_id]
    found = concerned(parts, measure.subject, measure.reference)
    known = status_of((eori for each in found for eori in (_declarant(each), each.carrier)), at)
    may = {eori for eori, status in known.items() if status.aeo in AUTHORISED}
    connected = connected_eoris(may & {each.carrier for each in found}, at=at)
    return [
        (filing, eori)
        for filing, eori in told_of(found, connected)
        if (_declarant(filing) in may and eori == filing.part.sender) or eori in connected
    ]


def _declarant(filing: Concerned) -> str:
    return filing.part.document.declarant.identifier or ""


def against_telling(
    measure: Measure, *, announce: bool, forewarn: bool, at: datetime
) -> Refused | None:
    """Return why the traders may not be told so at this time."""
    if forewarn and not authorised_people(measure, at):
        text = _("Only an authorised operator of goods that are still to come is told in advance.")
        return refused("announce", text, "announce")
    if announce and measure.announced_at is None and is_to_come(measure):
        text = _("The goods have not arrived: only an authorised operator may be told in advance.")
        return refused("announce", text, "announce")
    return None


def forewarn_of(measure: Measure, *, officer: int, at: datetime) -> None:
    """Have the authorised operators told of a control before the goods are here."""
    Control.objects.filter(measure=measure).update(forewarned_at=at)
    people = [[filing.part.mrn, eori] for filing, eori in forewarned(measure, at)]
    record_many([told(CONTROL_FOREWARNED, measure, at=at, actor=officer, people=people)])


def announce_on_arrival(ens: Collection[int], *, at: datetime) -> None:
    """Announce the controls of goods that came, of which anybody was told before.

    The caller holds the locks of the ENS rows.
    """
    due = Measure.objects.filter(
        ens__in=ens,
        kind=Measure.Kind.CONTROL,
        status__in=_DECIDED,
    ).filter(Q(control__forewarned_at__isnull=False) | Q(announced_at__isnull=False))
    found = [each for each in due.select_related("ens").order_by("pk") if _is_here(each)]
    tell_of_controls(found, at=at)


def _is_here(measure: Measure) -> bool:
    of_ics2 = Filing.objects.filter(membership__ens=measure.ens_id, type__in=list(filing_types()))
    return of_ics2.exists() and not is_to_come(measure)


def tell_of_controls(controls: Collection[Measure], *, at: datetime, by: int | None = None) -> None:
    """Have the traders told of controls and of the holds that go with them."""
    keys = [control.pk for control in controls]
    holds = Measure.objects.filter(
        caused_by__in=keys, kind=Measure.Kind.HOLD, reason_code=HOLD_OF_CONTROL
    )
    Measure.objects.filter(pk__in=keys, announced_at__isnull=True).update(announced_at=at)
    holds.filter(announced_at__isnull=True).update(announced_at=at)
    record_many([told(CONTROL_ANNOUNCED, control, at=at, actor=by) for control in controls])
