"""What linking means for analysis: a whole that grew or shrank is analysed anew, none is lost."""

from collections.abc import Collection
from datetime import datetime

from declarations.models import FilingLink
from declarations.services import linking
from risk.services.supersede import end_analysis, supersede

AT_A_TIME = 200


def link(filings: Collection[int], *, at: datetime) -> None:
    """Let the filings stand where their keys put them; what changed by that is analysed anew."""
    grouped = linking.link(filings, at=at)
    supersede(grouped.again, at=at)
    end_analysis(grouped.ended, at=at)


def link_waiting(*, at: datetime) -> int:
    """Look again at houses whose analysis before loading was open; return how many."""
    ready = FilingLink.objects.live().filter(
        waits=True, lower__membership__ens__status__in=("assessed", "forming")
    )
    lowers = list(ready.order_by("pk").values_list("lower", flat=True)[:AT_A_TIME])
    if lowers:
        link(lowers, at=at)
    return len(lowers)
