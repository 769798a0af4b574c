"""The clocks of the analysis rest while a question is open (Reg. (EU) 2015/2447 Art. 186(3)).

The window of do-not-load goes on: the regulation lets the analysis wait, nothing else.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import models

from declarations import clocks
from declarations.models import Clock, Ens
from declarations.services.locks import assert_in_transaction


def rest_analysis(ens: Collection[int], *, at: datetime) -> None:
    """Let the running clocks of analysis rest; the caller holds the locks of the ENS rows."""
    assert_in_transaction()
    _analysis(ens).filter(suspended_at__isnull=True).update(suspended_at=at)


def resume_analysis(ens: Collection[int], *, at: datetime) -> None:
    """Let resting clocks of analysis run on with what was left, where no question is open."""
    assert_in_transaction()
    resting = _analysis(ens).filter(suspended_at__isnull=False)
    for clock in resting.exclude(ens__referrals__status="open").select_related("ens"):
        ends_at = clocks.resume(clock.state(), at=at).ends_at
        Clock.objects.filter(pk=clock.pk).update(suspended_at=None, ends_at=ends_at)
        if clock.kind == Clock.Kind.ANALYSIS:
            Ens.objects.filter(pk=clock.ens_id).update(analysis_ends_at=ends_at)


def _analysis(ens: Collection[int]) -> models.QuerySet[Clock]:
    kinds = (Clock.Kind.ANALYSIS, Clock.Kind.PRELOADING)
    return Clock.objects.filter(ens__in=ens, kind__in=kinds, stopped_at__isnull=True)
