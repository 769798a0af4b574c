"""Filings that ended leave: their keys link nobody, and an ENS ends with its last filing."""

from collections.abc import Sequence
from datetime import datetime

from declarations.clocks import ClockKind
from declarations.lifecycle import ENS, move
from declarations.linking import is_linked
from declarations.models import Ens, EnsMember, Filing
from declarations.services.clocks import stop_clocks
from declarations.services.link_keys import drop_keys
from declarations.services.linking import ask_to_link, homes_of
from declarations.services.locks import assert_in_transaction

LIVE = (Filing.Status.REGISTERED, Filing.Status.CLOSED)


def leave(filings: Sequence[Filing], *, at: datetime) -> set[int]:
    """Let filings that ended count no longer; return the ENS that ended with their last one.

    What was linked with them is linked anew once this is committed. The caller holds the locks of
    the ENS rows and has moved the filings to their end.
    """
    assert_in_transaction()
    ended = {filing.pk for filing in filings}
    own = set(EnsMember.objects.filter(filing__in=ended).values_list("ens", flat=True))
    members = EnsMember.objects.filter(ens__in=own, filing__status__in=LIVE)
    living = set(members.values_list("ens", flat=True))
    over = move(Ens, ENS, "invalidate", own - living)
    homes = homes_of(ended)
    stop_clocks({*over, *homes.values()} - living, list(ClockKind), at=at)
    linked = [each for each in filings if is_linked(each.type)]
    drop_keys([each.pk for each in linked])
    ask_to_link([(each.pk, homes[each.pk], each.mrn or "") for each in linked], at=at)
    return over
