"""The verbs of messages once they are written: collecting them, and who of the partners may."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from customs_portal.accounts.models import Operator, Role
from customs_portal.accounts.services import system_account
from customs_portal.events.services import NewEvent, record_many
from declarations.services.locks import assert_in_transaction
from messaging.events import MESSAGE_COLLECTED
from messaging.models import Partner

_COLLECT = """
UPDATE messaging_outboundmessage SET state = 'delivered', delivered_at = %s
WHERE id = ANY(%s) AND state = 'waiting' RETURNING id, kind, recipient, ens_id
"""


def collect(messages: Sequence[int], *, by: int | None, at: datetime) -> list[int]:
    """Mark the waiting ones among the messages delivered and return their ids, in any order.

    `by` is the account that took them. What has been collected before stays as it was.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_COLLECT, [at, list(messages)])
        rows = cursor.fetchall()
    record_many(
        [
            NewEvent(
                kind=MESSAGE_COLLECTED,
                at=at,
                stream=ens,
                actor=by,
                data={"message": key, "kind": kind, "recipient": recipient},
            )
            for key, kind, recipient, ens in rows
        ]
    )
    return [row[0] for row in rows]


def connect_system(partner: Partner) -> None:
    """Let the tokens of the partner's operator act as its system, and no longer as a trader's.

    An administration or agency without an operator gets one that bears its name.
    """
    if partner.operator is None and partner.kind != Partner.Kind.TRADER:
        name = f"NTA.{partner.code}"[:17]
        partner.operator, _ = Operator.objects.get_or_create(
            eori=name, defaults={"name": partner.name[:70], "country": partner.country}
        )
        partner.save(update_fields=["operator"])
    if partner.operator is None:
        return
    account = system_account(operator=partner.operator)
    if partner.kind == Partner.Kind.ADMINISTRATION:
        account.role = Role.PARTNER
        account.save(update_fields=["role"])
