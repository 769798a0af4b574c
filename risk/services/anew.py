"""Assessing anew what was assessed: the analysis has its limit again (LIFECYCLE E8)."""

from collections.abc import Sequence
from datetime import datetime

from declarations.models import Ens
from declarations.services.clocks import restart_analysis
from declarations.services.new_version import ANALYSIS_AGAIN
from risk.services.assess import assess_versions
from risk.services.due import Request


def assess_anew(requests: Sequence[Request], *, at: datetime) -> list[int]:
    """Assess versions whose assessments were replaced; return the ids of the new ones.

    What was assessed is under analysis again, at once; what still is keeps its clocks. The caller
    holds the locks of the ENS rows.
    """
    assessed = Ens.objects.filter(
        pk__in=[request.ens for request in requests], status=Ens.Status.ASSESSED
    )
    ens, ends_at = list(assessed.values_list("pk", flat=True)), at + ANALYSIS_AGAIN
    Ens.objects.filter(pk__in=ens).update(analysis_ends_at=ends_at)
    restart_analysis(ens, ends_at=ends_at, at=at)
    return assess_versions(requests, at=at)
