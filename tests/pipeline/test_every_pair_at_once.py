"""Every two things that can happen to one declaration, at once on real transactions.

What comes of them is what comes of one after the other, in one of the two orders: whole, each
message answered once, no invariant broken.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count

import msgspec
import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.demo.identifiers import ship
from customs_portal.events import advance
from declarations.document import Document, Means, Party
from declarations.models import ConsignmentLife, Ens, Measure
from declarations.services.goods import GoodsOrder, present, release
from messaging.formats.answers import Envelope
from messaging.formats.ics1.writing import write_declaration
from messaging.models import OutboundMessage
from risk.models import Case
from risk.services import Decided, decide
from tests.factories.people import person
from tests.messaging.builders import arrival_message, envelope
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_diversion import request
from tests.pipeline.test_main_job import BANANAS, flagged, order, send_bytes
from tests.pipeline.test_racing import at_once, is_sound, take_in

pytestmark = [pytest.mark.django_db(transaction=True)]
_numbers = count(1)
Work = Callable[[], object]
Outcome = tuple[object, ...]
"""States and version, goods, messages, measures and cases of one declaration."""


class Stage:
    """One declaration and what can happen to it; each is prepared first and done when called."""

    def __init__(self, token: str, officers: tuple[User, User]) -> None:
        self.token, self.officers = token, officers
        self.number = next(_numbers)
        self.document: Document = flagged(
            lrn=f"L{self.number}",
            means=Means(identification=ship(self.number)),
            expected_arrival=AT + timedelta(days=9),
        )
        self.send(write_declaration(self.document, self.header()))
        advance.drain(at=AT)
        self.ens = Ens.objects.get(means=ship(self.number))

    def header(self) -> Envelope:
        return envelope(message_id=f"M{next(_numbers)}")

    def send(self, body: bytes) -> None:
        send_bytes(self.token, body)

    def amend(self) -> Work:
        changed = msgspec.structs.replace(
            self.document, type="IE313", lrn=None, mrn=self.ens.mrn,
            consignee=Party(identifier="NL900000033"),
        )  # fmt: skip
        self.send(write_declaration(changed, self.header()))
        return take_in

    def divert(self) -> Work:
        self.send(request(self.ens.mrn, office="FR002730", message_id=f"D{next(_numbers)}"))
        return take_in

    def arrive(self) -> Work:
        body = arrival_message(
            self.ens.mrn, message_id=f"A{next(_numbers)}", UniIdeDivHEA132=self.ens.means
        )
        self.send(body)
        return take_in

    def hold(self) -> Work:
        return self.decide(verb="hold", reason_code="HLD-01", announce=False)

    def announce(self) -> Work:
        return self.decide(verb="hold", reason_code="HLD-05", announce=True)

    def take_no_action(self) -> Work:
        return self.decide(verb="no_further_action", reason_code="NFA-01")

    def decide(self, **changes: object) -> Work:
        wanted = order(Case.objects.open().get(ens=self.ens), **changes)

        def work() -> object:
            with transaction.atomic():
                [result] = decide([wanted], officer=self.officers[0], at=AT)
            return isinstance(result, Decided)

        return work

    def present(self) -> Work:
        return self.move(present, "")

    def release(self) -> Work:
        return self.move(release, "REL-01")

    def move(self, verb: Callable[..., Sequence[object]], reason: str) -> Work:
        key = ConsignmentLife.objects.get(filing__membership__ens=self.ens).pk

        def work() -> object:
            with transaction.atomic():
                [result] = verb(
                    [GoodsOrder(consignment=key, reason_code=reason)],
                    officer=self.officers[1],
                    at=AT,
                )
            return type(result).__name__

        return work

    def outcome(self) -> Outcome:
        advance.drain(at=AT)
        ens = Ens.objects.get(pk=self.ens.pk)
        about = self.ens.mrn
        written = OutboundMessage.objects.filter(mrn=about).exclude(kind="CC328A")
        measures = Measure.objects.filter(ens=ens).order_by("kind", "status")
        return (
            ens.status,
            ens.version,
            sorted(
                ConsignmentLife.objects.values_list("goods").filter(filing__membership__ens=ens)
            ),
            sorted(written.values_list("kind", flat=True)),
            list(measures.values_list("kind", "status", "reconfirm_since_version")),
            sorted(Case.objects.filter(ens=ens).values_list("status", flat=True)),
        )


VERBS = ("amend", "divert", "arrive", "hold", "announce", "take_no_action", "present", "release")


@pytest.mark.parametrize("first", VERBS)
def test_what_happens_at_once_happens_in_one_of_two_orders(first: str, lodger: str) -> None:
    publish(("TST-01", BANANAS))
    officers = (
        person(Role.OFFICER, offices=("NL000396",)),
        person(Role.OFFICER, offices=("NL000396",)),
    )

    def one_after_the_other(*verbs: str) -> Outcome:
        stage = Stage(lodger, officers)
        for work in [getattr(stage, verb)() for verb in verbs]:
            work()
        return stage.outcome()

    for second in VERBS[VERBS.index(first) :]:
        stage = Stage(lodger, officers)
        at_once(*[getattr(stage, verb)() for verb in (first, second)])
        found, orders = stage.outcome(), ((first, second), (second, first))
        assert any(found == one_after_the_other(*verbs) for verbs in orders), (first, second)
    assert is_sound()
