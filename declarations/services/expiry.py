"""Filings of ICS2 whose goods did not come in 200 days expire (LIFECYCLE F7, UCC Art. 129(3))."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from customs_portal.events.services import NewEvent, record_many
from declarations.events import FILING_EXPIRED
from declarations.lifecycle import FILING, move
from declarations.models import Ens, EnsMember, Filing
from declarations.services.leaving import leave
from declarations.services.linking import lock_family
from declarations.services.locks import assert_in_transaction

AT_A_TIME = 200
_DUE = """
UPDATE declarations_clock SET ended_at = %(at)s
WHERE id = ANY(ARRAY(
    SELECT id FROM declarations_clock
    WHERE stopped_at IS NULL AND ended_at IS NULL AND ends_at <= %(at)s AND kind = 'validity'
    ORDER BY ends_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING ens_id
"""
_CAME = {
    "1": ("expected", "not_arrived", "no_longer_declared"),
    "4": ("expected", "not_arrived", "no_longer_declared"),
    "8": ("expected", "not_arrived", "no_longer_declared"),
}
_NOT_PRESENTED = (*_CAME["1"], "arrived", "partially_arrived")


def expire(*, at: datetime) -> tuple[int, set[int]]:
    """Let the filings whose validity ended expire; return how many clocks, and the ENS that ended.

    By sea and air the goods had to arrive, otherwise to be presented.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"at": at, "limit": AT_A_TIME})
        homes = [row[0] for row in cursor.fetchall()]
    mrns = Ens.objects.filter(pk__in=homes).values("mrn")
    due = Filing.objects.filter(mrn__in=mrns, status=Filing.Status.REGISTERED, received_from="")
    lock_family(due.values_list("pk", flat=True))
    late = [filing for filing in due.order_by("pk") if not _came(filing)]
    moved = move(Filing, FILING, "expire", [filing.pk for filing in late])
    expired = [filing for filing in late if filing.pk in moved]
    ended = leave(expired, at=at)
    record_many(_events(expired, at))
    return len(homes), ended


def _came(filing: Filing) -> bool:
    waiting = _CAME.get(filing.transport_mode, _NOT_PRESENTED)
    return filing.consignments.exclude(goods__in=waiting).exists()


def _events(filings: Collection[Filing], at: datetime) -> list[NewEvent]:
    members = EnsMember.objects.filter(filing__in=filings).select_related("ens")
    versions = {member.filing_id: member.ens for member in members}
    return [
        NewEvent(
            kind=FILING_EXPIRED,
            at=at,
            stream=versions[filing.pk].pk,
            data={
                "filing": filing.pk,
                "mrn": filing.mrn,
                "version": versions[filing.pk].version,
            },
        )
        for filing in filings
    ]
