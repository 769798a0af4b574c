"""What officers do with arrivals: goods found, lines settled, pairs of declarations decided."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations.arrivals import Reported
from declarations.models import Arrival, ArrivalLine, DualFiling
from declarations.services import unmatched
from declarations.services.dual_filing import Choice
from declarations.services.found import FoundGoods, report_found
from risk.services.dual_filing import decide_pairs
from tests.invariants.walk.ground import INDEX, Ground


class Arrivals(Ground):
    """What came, and what nobody or two people declared."""

    @precondition(lambda self: Arrival.objects.exists())
    @rule(index=INDEX, box=st.sampled_from(("CSQU3054383", "DMOU1000101")), who=INDEX)
    def find_goods(self, index: int, box: str, who: int) -> None:
        """Report a box that an arrival did not name."""
        arrivals = list(Arrival.objects.order_by("pk"))
        report = FoundGoods(
            arrival=arrivals[index % len(arrivals)].pk, lines=(Reported(container=box),)
        )
        self.act(report_found, report, who)

    @precondition(lambda self: ArrivalLine.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("waive", "lift")), who=INDEX)
    def settle(self, index: int, what: str, who: int) -> None:
        """Settle a line of an arrival."""
        lines = list(ArrivalLine.objects.order_by("-state", "pk"))
        key = lines[index % len(lines)].pk
        if what == "lift":
            self.act(unmatched.lift_holds, unmatched.Lift(line=key, note="Seen."), who)
        else:
            waiver = unmatched.Waiver(line=key, waiver="empty_container", note="Seen empty.")
            self.act(unmatched.waive, waiver, who)

    @precondition(lambda self: DualFiling.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("first", "second", "both", "other")), who=INDEX)
    def choose(self, index: int, what: str, who: int) -> None:
        """Decide which of two declarations counts."""
        pairs = list(DualFiling.objects.order_by("-state", "pk"))
        pair = pairs[index % len(pairs)]
        winner = {"first": pair.first_id, "second": pair.second_id}.get(what)
        choice = Choice(pair=pair.pk, note="Because.", winner=winner, same_goods=what != "other")
        self.act(decide_pairs, choice, who)
