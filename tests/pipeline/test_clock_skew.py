"""What a sender's clock says counts for nothing: lateness and order follow the time of receipt."""

from datetime import datetime, timedelta

import msgspec
import pytest

from declarations.models import Ens, Filing
from messaging.formats.ics1.writing import write_declaration
from tests.messaging.builders import envelope, minimal_document
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_main_job import BANANAS, answer, drain, send_bytes

SKEWS = (timedelta(days=-400), timedelta(minutes=-90), timedelta(minutes=90), timedelta(days=400))


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


def written(document: object, at: datetime, message_id: str) -> bytes:
    header = msgspec.structs.replace(envelope(message_id=message_id), prepared_at=at)
    return write_declaration(document, header)  # type: ignore[arg-type]


@pytest.mark.parametrize("skew", SKEWS)
def test_a_declaration_is_late_by_when_it_came(lodger: str, skew: timedelta) -> None:
    """A short voyage: the limit is two hours before arrival, and it came one hour before."""
    document = minimal_document(
        place_of_loading="TRMER",
        itinerary=("TR", "NL"),
        expected_arrival=AT + timedelta(hours=1),
        declared_at=AT + skew,
    )
    correlation = send_bytes(lodger, written(document, AT + skew, "M1"))
    drain()
    assert answer(correlation).tag.endswith("CC328A")
    filing = Filing.objects.get()
    assert (filing.lodged_at, filing.late_minutes) == (AT, 60)


def test_of_two_amendments_the_later_received_counts(lodger: str) -> None:
    send_bytes(lodger, written(minimal_document(), AT, "M1"))
    drain()
    mrn = Ens.objects.get().mrn
    for number, prepared in ((2, AT + timedelta(days=1)), (3, AT - timedelta(days=1))):
        changed = minimal_document(
            type="IE313", lrn=None, mrn=mrn, declared_at=prepared,
            conveyance_reference=f"VOY{number}",
        )  # fmt: skip
        send_bytes(lodger, written(changed, prepared, f"M{number}"))
    drain()
    ens = Ens.objects.get()
    newest = Filing.objects.get().versions.get(number=ens.version).document()
    assert (ens.version, newest.conveyance_reference) == (3, "VOY3")
