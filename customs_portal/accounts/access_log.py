"""Who looked at what: one row for every reading of a case, an ENS or a message."""

from datetime import date, datetime
from ipaddress import ip_address

from django.db import connection

from customs_portal.accounts.models import AccessLog, User
from customs_portal.events.partitions import month_of

LONGEST_REASON = 200
LONGEST_REFERENCE = 40
_RECORD = """
INSERT INTO accounts_accesslog (id, month, at, user_id, what, reference, reason, address)
VALUES (nextval('accounts_accesslog_id_seq'), %s, %s, %s, %s, %s, %s, %s)
"""


def record_access(
    user: User,
    what: AccessLog.What,
    reference: object,
    *,
    at: datetime,
    address: str = "",
    reason: str = "",
) -> None:
    """Record that the user reads `reference`; `reason` is what the user gave for it, or empty.

    `address` is the network address; what is none, such as that of a local socket, is left out.
    Called before anything is shown, so that nothing is read unrecorded.
    """
    values: list[str | int | date | None] = [
        month_of(at),
        at,
        user.pk,
        what.value,
        str(reference)[:LONGEST_REFERENCE],
        reason[:LONGEST_REASON],
        _address(address),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
