"""One random walk over all machines: messages, decisions, time; what is refused changes nothing."""

from datetime import timedelta

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import rule

from customs_portal.events import advance
from declarations.tasks import look_for_infringements, reconcile, tell_ended_clocks
from messaging.undelivered import open_undelivered
from risk.services.failsafe import open_unassessed
from tests.invariants.walk.arrivals import Arrivals
from tests.invariants.walk.casework import Casework
from tests.invariants.walk.filings import Filings
from tests.invariants.walk.houses import Houses
from tests.invariants.walk.measures import Measures
from tests.invariants.walk.neighbours import Neighbours
from tests.invariants.walk.traders import Traders

SPANS = (timedelta(minutes=3), timedelta(hours=2), timedelta(hours=13), timedelta(days=2),
         timedelta(days=9))  # fmt: skip


class Walk(Traders, Filings, Houses, Neighbours, Casework, Measures, Arrivals):
    """Whatever happens in whatever order, the invariants hold."""

    @rule(span=st.sampled_from(SPANS))
    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span
        tell_ended_clocks(self.at)
        reconcile(self.at)
        look_for_infringements(self.at)
        for sweep in (open_unassessed, open_undelivered):
            with transaction.atomic():
                sweep(at=self.at)
        advance.drain(at=self.at)
