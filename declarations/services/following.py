"""Houses that are linked after the goods of their whole came follow these (decision 28).

A house that was not linked when its master arrived stayed expected. Once it is, it comes as far as
its master did, or another filing of the same house; it is never released by that. Goods that must
not be loaded are left: whether they came nobody has said.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from customs_portal.bulk import fetch_prepared
from declarations.arrivals import Came, with_consignments
from declarations.models import Arrival, ArrivalLine, ConsignmentLife, Ens, Measure
from declarations.services.arrived import Arriving, take_ashore
from declarations.services.goods import present_with
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.matching import WAITED_FOR, Declared, declared
from declarations.subjects import consignments_touched

_Goods = ConsignmentLife.Goods
_HERE = (
    _Goods.ARRIVED,
    _Goods.PRESENTED,
    _Goods.UNDER_CONTROL,
    _Goods.RELEASED,
    _Goods.NOT_RELEASED,
    _Goods.ONWARD,
)
_STAY = (_Goods.ARRIVED, _Goods.ONWARD)
_BEHIND = """
WITH waiting AS MATERIALIZED (
    SELECT DISTINCT m.ens_id FROM declarations_ensmember m
    JOIN declarations_filinglink l
        ON l.lower_id = m.filing_id AND l.ended_at IS NULL AND NOT l.waits
    JOIN declarations_consignmentlife c ON c.filing_id = m.filing_id
    WHERE m.filing_id = ANY(%(filings)s::bigint[]) AND c.goods IN ('expected', 'not_arrived')
)
SELECT w.ens_id FROM waiting w WHERE EXISTS (
    SELECT 1 FROM declarations_ensmember n
    JOIN declarations_consignmentlife o ON o.filing_id = n.filing_id
    WHERE n.ens_id = w.ens_id AND o.goods = ANY(%(here)s) OFFSET 0)
ORDER BY w.ens_id
"""
"""The members of a whole are looked at once, however many houses were linked: hence OFFSET."""


def follow_goods(filings: Collection[int], *, at: datetime) -> None:
    """Let the goods of these filings be where those of their whole are.

    The caller holds the locks of the ENS rows, whose new versions are written.
    """
    assert_in_transaction()
    wanted = {"filings": list(filings), "here": [str(state) for state in _HERE]}
    behind = [row[0] for row in fetch_prepared(_BEHIND, wanted)]
    if not behind:
        return
    known = declared(lock_ens(behind))
    for key in behind:
        _follow(known[key], set(filings), at)


def _follow(whole: Declared, filings: Collection[int], at: datetime) -> None:
    kept = _not_to_be_loaded(whole)
    guided = [
        (life, guide)
        for life in whole.lives
        if life.filing_id in filings and life.goods in WAITED_FOR and life.key not in kept
        if (guide := _guide(life, whole)) in _HERE
    ]
    arrival = _arrival_of(whole.ens)
    if guided and arrival:
        keys = [life.key for life, _guide in guided]
        came = with_consignments(whole.document, Came(), keys)
        take_ashore([Arriving(declared=whole, came=came)], arrival=arrival, at=at)
    shown = [life.pk for life, guide in guided if guide not in _STAY]
    present_with(whole.ens, shown, at=at)


def _guide(life: ConsignmentLife, whole: Declared) -> str:
    """Return where the goods are that a consignment follows: of the same house, else the master."""
    same = [each.goods for each in whole.lives if each.key == life.key and each.pk != life.pk]
    highest = {filing.pk for filing in whole.filings if filing.mrn == whole.ens.mrn}
    above = [each.goods for each in whole.lives if each.filing_id in highest]
    return next(_first_here(same or above), "")


def _first_here(goods: Sequence[str]) -> Iterator[str]:
    """Yield the state of goods of which none is waited for."""
    if not any(state in WAITED_FOR for state in goods):
        yield from (state for state in goods if state in _HERE)


def _not_to_be_loaded(whole: Declared) -> set[str]:
    orders = Measure.objects.do_not_loads_in_force().filter(ens=whole.ens)
    document = whole.document
    return {
        key
        for order in orders
        for key in consignments_touched(document, order.subject, order.reference)
    }


def _arrival_of(ens: Ens) -> Arrival | None:
    lines = ArrivalLine.objects.filter(ens=ens).select_related("arrival")
    line = lines.order_by("-pk").first()
    return line.arrival if line else None
