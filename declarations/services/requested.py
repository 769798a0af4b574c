"""Declarations that another administration asks for (IE302), to be given by IE303."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec

from customs_portal.events.services import NewEvent, record_many
from declarations.events import DECLARATIONS_REQUESTED, ENS_REQUESTED
from declarations.lifecycle.out_of_sequence import Situation, refusal
from declarations.models import Ens
from declarations.services.locks import assert_in_transaction
from declarations.services.standing import Standing, ens_of, standings

DAY = timedelta(days=1)
OURS = (Ens.OurRole.FIRST_ENTRY, Ens.OurRole.LODGEMENT)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an office of another country asks for: the MRNs, or where there are none the means."""

    reference: str
    country: str
    office: str
    message_id: int
    mrns: tuple[str, ...] = ()
    transport_mode: str = ""
    means: str = ""
    expected_on: date | None = None
    first_office: str = ""
    correlation: UUID | None = None


def ask_for(requests: Sequence[Wanted], *, at: datetime) -> None:
    """Record what each gets, of which IE303 is written: given whether diverted or not.

    Not given is what is unknown here (90) or has ended (92), each MRN for itself.
    """
    assert_in_transaction()
    record_many([event for wanted in requests for event in _events(wanted, at)])


def _events(wanted: Wanted, at: datetime) -> list[NewEvent]:
    ids = set(ens_of(wanted.mrns).values()) if wanted.mrns else _on_board(wanted)
    found = {
        mrn: each
        for mrn, each in standings(ids, at).items()
        if each.ens.role in OURS and not each.is_ics2
    }
    asked = wanted.mrns or tuple(sorted(found))
    refused = [(mrn, code) for mrn in asked if (code := _refused(found.get(mrn)))]
    given = [found[mrn].ens.pk for mrn in asked if not _refused(found.get(mrn))]
    return [_requested(wanted, given, refused, at), *(_told(wanted, ens, at) for ens in given)]


def _on_board(wanted: Wanted) -> Collection[int]:
    if wanted.expected_on is None:
        return ()
    begin = datetime.combine(wanted.expected_on, time(), tzinfo=UTC)
    on_board = Ens.objects.filter(
        transport_mode=wanted.transport_mode,
        means__iexact=wanted.means,
        expected_arrival__gte=begin,
        expected_arrival__lt=begin + DAY,
        office_of_first_entry__startswith=wanted.first_office,
    )
    return list(on_board.values_list("pk", flat=True))


def _refused(standing: Standing | None) -> str:
    """Return the error with which a declaration is refused, empty where it is given."""
    situation = standing.situation if standing else Situation.UNKNOWN
    row = refusal("IE302", situation)
    return row.code if row else ""


def _requested(
    wanted: Wanted, given: Sequence[int], refused: Sequence[tuple[str, str]], at: datetime
) -> NewEvent:
    data = {
        "message": wanted.message_id,
        "country": wanted.country,
        "reference": wanted.reference,
        "office": wanted.office,
        "given": list(given),
        "refused": [list(pair) for pair in refused],
    }
    return NewEvent(kind=DECLARATIONS_REQUESTED, at=at, correlation=wanted.correlation, data=data)


def _told(wanted: Wanted, ens: int, at: datetime) -> NewEvent:
    data = {"office": wanted.office, "reference": wanted.reference}
    return NewEvent(kind=ENS_REQUESTED, at=at, stream=ens, data=data)
