"""What linking means for analysis: a whole that grew or shrank is analysed anew, none is lost."""

from collections.abc import Collection, Sequence
from datetime import datetime

from customs_portal.accounts.models import User
from declarations.models import FilingLink
from declarations.services import linking
from declarations.services.confirming import Confirmation, confirm_links
from declarations.services.expiry import expire
from declarations.services.results import Changed, Refused
from risk.services.supersede import end_analysis, supersede

AT_A_TIME = 200


def link(filings: Collection[int], *, at: datetime) -> None:
    """Let the filings stand where their keys put them; what changed by that is analysed anew."""
    grouped = linking.link(filings, at=at)
    supersede(grouped.again, at=at)
    end_analysis(grouped.ended, at=at)


def confirm(
    confirmations: Sequence[Confirmation], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Link the filings that an officer says belong together; one result for each."""
    results, grouped = confirm_links(confirmations, officer=officer, at=at)
    supersede(grouped.again, at=at)
    return results


def expire_filings(*, at: datetime) -> int:
    """Let filings expire whose goods did not come; return how many were looked at."""
    looked_at, ended = expire(at=at)
    end_analysis(ended, at=at)
    return looked_at


def link_waiting(*, at: datetime) -> int:
    """Look again at houses whose analysis before loading was open; return how many."""
    ready = FilingLink.objects.live().filter(
        waits=True, lower__membership__ens__status__in=("assessed", "forming")
    )
    lowers = list(ready.order_by("pk").values_list("lower", flat=True)[:AT_A_TIME])
    if lowers:
        link(lowers, at=at)
    return len(lowers)
