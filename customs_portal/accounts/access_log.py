"""Who looked at what: one row for every reading of a case, an ENS, a message, a secret."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.db import connection

from customs_portal.accounts.models import AccessLog, User
from customs_portal.events.partitions import month_of
from customs_portal.looks import Look

LONGEST_REASON = 200
UNMASKED_FOR = timedelta(hours=1)
"""How long natural persons stay readable in what was opened for a reason (A-761)."""
LONGEST_REFERENCE = 200
_RECORD = """
INSERT INTO accounts_accesslog
    (id, month, at, user_id, what, reference, ens, how, reason, address)
SELECT nextval('accounts_accesslog_id_seq'), %s::date, %s::timestamptz, %s::bigint,
       looks.what, looks.reference, looks.ens, %s::text, %s::text, %s::inet
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS looks(what, reference, ens)
"""


def record_looks(
    user: User,
    looks: Sequence[Look],
    *,
    at: datetime,
    address: str = "",
    how: AccessLog.How = AccessLog.How.READ,
    reason: str = "",
) -> None:
    """Record that the user is shown all of these; `reason` is what the user gave for it, or empty.

    `address` is the network address; what is none, such as that of a local socket, is left out.
    Called before anything is shown, so that nothing is read unrecorded. One statement.
    """
    if not looks:
        return
    said = reason[:LONGEST_REASON].replace("\x00", "")
    names = [look.reference[:LONGEST_REFERENCE].replace("\x00", "") for look in looks]
    kinds, ens = [look.what for look in looks], [look.ens for look in looks]
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            [month_of(at), at, user.pk, how.value, said, _address(address), kinds, names, ens],
        )


def record_access(
    user: User,
    what: AccessLog.What,
    reference: object,
    *,
    at: datetime,
    address: str = "",
    reason: str = "",
) -> None:
    """Record that the user reads one thing that belongs to no ENS."""
    look = Look(what=what.value, reference=str(reference))
    record_looks(user, [look], at=at, address=address, reason=reason)


def unmasked(user: User, what: AccessLog.What, reference: object, *, at: datetime) -> bool:
    """Whether the user gave a reason just now to read that thing with the names of persons."""
    stated = AccessLog.objects.filter(
        user=user,
        what=what,
        reference=str(reference)[:LONGEST_REFERENCE],
        how=AccessLog.How.UNMASKED,
        at__gt=at - UNMASKED_FOR,
        at__lte=at,
    )
    return stated.exists()


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
