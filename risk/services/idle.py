"""Releasing cases whose officer has gone away, so that none waits for nobody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from customs_portal.accounts.models import SignedInSession
from customs_portal.events.services import NewEvent, record_many
from declarations.services.locks import lock_ens
from risk.events import CASE_RELEASED
from risk.models import Case

AT_A_TIME = 200


def release_idle(*, at: datetime) -> int:
    """Put claimed cases back into the queue whose officer was not active; return how many.

    Inactive: claimed or assigned, and the officer's last use of the portal, longer ago than
    CLAIM_IDLE_MINUTES. What waits for an answer of the trader stays with its officer.
    """
    minutes = settings.CLAIM_IDLE_MINUTES
    since = at - timedelta(minutes=minutes)
    locked = lock_ens(list(_idle(since).values_list("ens_id", flat=True)[:AT_A_TIME]))
    cases = list(_idle(since).filter(ens__in=locked).order_by("ens"))
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(assignee=None, assigned_at=None)
    record_many(
        [
            NewEvent(
                kind=CASE_RELEASED,
                at=at,
                stream=case.ens_id,
                data={"minutes": minutes, "officer": case.assignee_id},
            )
            for case in cases
        ]
    )
    return len(cases)


def _idle(since: datetime) -> QuerySet[Case]:
    active = SignedInSession.objects.filter(user=OuterRef("assignee"), seen_at__gt=since)
    claimed = Case.objects.open().filter(assignee__isnull=False, assigned_at__lte=since)
    waiting = Case.objects.open().waiting()
    return claimed.exclude(Exists(active)).exclude(pk__in=waiting.values("pk")).order_by("ens")
