"""The home of row locks: ENS rows, ids ascending, before anything of theirs changes."""

from collections.abc import Iterable

from django.db import transaction

from declarations.models import Ens


def assert_in_transaction() -> None:
    """Raise RuntimeError outside a transaction: a verb must never be half done."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("This verb needs the caller's transaction.")


def lock_ens(ids: Iterable[int]) -> dict[int, Ens]:
    """Lock the ENS rows in the order of their ids and return them by id."""
    assert_in_transaction()
    rows = Ens.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk")
    return {ens.pk: ens for ens in rows}
