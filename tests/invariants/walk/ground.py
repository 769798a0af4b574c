"""The ground of the random walk: people, clock, sending, acting, looking at what came of it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from customs_portal.accounts.models import Operator, Role, User
from customs_portal.events import advance
from customs_portal.events.models import Delivery
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import Ens, FilingVersion, Measure
from declarations.services.results import Refused as NotDone
from messaging.inbox import receive
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage
from risk.services import Refused
from tests.factories.people import person
from tests.messaging.builders import envelope
from tests.pipeline.conftest import CARRIER, LODGER, operator
from tests.pipeline.partners import BELGIUM, connected

BEGIN = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CHECKED_EVERY = 10
REFUSALS = ("CC316A", "CC305A", "CC324A", "CC349A", "CD917B", "CD906B", "IE3N99", "IE3N01")
OFFICE, RISK_CENTRE = "NL000396", "NL000900"
INDEX = st.integers(0, 7)
_STATE = """
SELECT md5(concat_ws('|',
    (SELECT string_agg(f::text, ';' ORDER BY id) FROM declarations_filing f
     WHERE status <> 'rejected'),
    (SELECT string_agg(n::text, ';' ORDER BY id) FROM declarations_ens n),
    (SELECT string_agg(m::text, ';' ORDER BY id) FROM declarations_measure m),
    (SELECT string_agg(c::text, ';' ORDER BY measure_id) FROM declarations_control c),
    (SELECT string_agg(r::text, ';' ORDER BY measure_id) FROM declarations_refusal r),
    (SELECT string_agg(l::text, ';' ORDER BY id) FROM declarations_consignmentlife l),
    (SELECT string_agg(a::text, ';' ORDER BY id) FROM declarations_arrivalline a),
    (SELECT string_agg(d::text, ';' ORDER BY id) FROM declarations_dualfiling d),
    (SELECT string_agg(k::text, ';' ORDER BY id) FROM declarations_clock k),
    (SELECT string_agg(s::text, ';' ORDER BY id) FROM risk_assessment s),
    (SELECT string_agg(x::text, ';' ORDER BY id) FROM risk_decision x),
    (SELECT string_agg(t::text, ';' ORDER BY id) FROM declarations_receivedtransmission t),
    (SELECT string_agg(u::text, ';' ORDER BY id) FROM declarations_subsequententrynotice u),
    (SELECT string_agg(y::text, ';' ORDER BY id) FROM declarations_referral y),
    (SELECT string_agg(c::text, ';' ORDER BY id) FROM risk_case c)))
"""
INDEX = st.integers(0, 7)


def state() -> str:
    """Return a digest of everything that has a legal state."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        row: tuple[str] = cursor.fetchone()
    return row[0]


class Ground(RuleBasedStateMachine):
    """Firms, officers, a neighbour, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at, self.number, self.steps = BEGIN, 0, 0
        self.refused = self.done = 0

    def teardown(self) -> None:
        """Look once more, and leave nothing behind."""
        try:
            self.look()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @initialize()
    def people(self) -> None:
        """Two firms, one authorised, the Belgian administration, officers and a supervisor."""
        self.tokens = {eori: operator(eori) for eori in (LODGER, CARRIER)}
        Operator.objects.filter(eori=LODGER).update(aeo="AEOS", aeo_number="NLAEOS1")
        self.tokens[BELGIUM] = connected()
        self.traders = [person(Role.TRADER, operators=(eori,)) for eori in (LODGER, CARRIER)]
        offices = (OFFICE,)
        self.officers = [person(Role.OFFICER, offices=offices) for _ in range(2)]
        self.officers.append(person(Role.SUPERVISOR, offices=offices))
        self.officers += [person(Role.OFFICER, offices=(RISK_CENTRE,)) for _ in range(2)]

    @invariant()
    def holds(self) -> None:
        """After so many steps nothing is lost, done twice or wrong."""
        self.steps += 1
        if self.steps % CHECKED_EVERY == 0:
            self.look()

    def look(self) -> None:
        """Check every invariant."""
        failed = list(Delivery.objects.exclude(error="").values_list("consumer", "error"))
        assert failed == [], failed
        found = [(each.invariant.name, each.places) for each in breaches(Scope(sample=200))]
        assert found == [], found

    def send(self, sender: str, body: bytes) -> str:
        """Send a message and return the kind of its answer, empty for none.

        One that refuses has changed nothing.
        """
        before = state()
        correlation = receive(token_digest=self.tokens[sender], body=body, at=self.at)
        advance.drain(at=self.at)
        assert correlation is not None
        message = InboundMessage.objects.select_related("answer").get(correlation=correlation)
        assert message.state in InboundMessage.DONE, message.kind
        kind = message.answer.kind if message.answer else ""
        if kind in REFUSALS:
            self.refused += 1
            assert state() == before, kind
        return kind

    def name(self) -> str:
        """Return the next message id."""
        self.number += 1
        return f"W{self.number:08}"

    def mrn(self, index: int) -> str:
        """Return one of the MRN of ICS phase 1."""
        found = Ens.objects.exclude(members__filing__type__in=list(filing_types()))
        mrns = list(found.order_by("pk").values_list("mrn", flat=True))
        return mrns[index % len(mrns)]

    def declared(self, mrn: str) -> Document:
        """Return what is declared under an MRN."""
        ens = Ens.objects.get(mrn=mrn)
        version = ens.versions.get(number=ens.version)
        return FilingVersion.objects.get(pk=version.filing_versions[0]).document()

    def envelope(self, sender: str) -> Any:
        """Return the envelope of the next message."""
        return envelope(message_id=self.name(), sender=sender)

    def act(
        self, verb: Callable[..., Sequence[object]], order: object, who: int, **more: object
    ) -> object:
        """Let an officer act; a refusal has changed nothing."""
        before = state()
        with transaction.atomic():
            [result] = verb([order], officer=self.officer(who), at=self.at, **more)
        if isinstance(result, Refused | NotDone):
            self.refused += 1
            assert state() == before, (verb, order, result)
        else:
            self.done += 1
        advance.drain(at=self.at)
        return result

    def officer(self, who: int) -> User:
        """Return one of the officers."""
        return self.officers[who % len(self.officers)]

    def measure(self, index: int, **wanted: object) -> Measure:
        """Return one of the measures, those that are open first."""
        found = list(Measure.objects.filter(**wanted).select_related("ens").order_by("-pk"))
        found.sort(key=lambda each: not each.is_open)
        return found[index % len(found)]
