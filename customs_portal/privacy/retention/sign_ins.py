"""The sign-in trail: rows older than the policy says go."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import partial

from customs_portal.accounts.models import SignInEvent
from customs_portal.privacy.holds import Covered
from customs_portal.privacy.retention.step import Portion


def portions(before: date, covered: Covered) -> Iterator[Portion]:
    """Yield what is older than a day, if anything is."""
    moment = datetime.combine(before, time(), UTC)
    count = SignInEvent.objects.filter(at__lt=moment).count()
    if count:
        yield Portion(
            what=f"< {before}",
            rows=0 if covered.everything else count,
            held=count if covered.everything else 0,
            in_use=0,
            remove=partial(_remove, moment),
        )


def _remove(moment: datetime) -> None:
    SignInEvent.objects.filter(at__lt=moment).delete()
