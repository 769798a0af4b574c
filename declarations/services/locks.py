"""The home of row locks: ENS rows, ids ascending, before anything of theirs changes."""

from collections.abc import Iterable

from declarations.atomic import assert_in_transaction
from declarations.models import Ens

__all__ = ["assert_in_transaction", "lock_ens"]


def lock_ens(ids: Iterable[int]) -> dict[int, Ens]:
    """Lock the ENS rows in the order of their ids and return them by id."""
    assert_in_transaction()
    rows = Ens.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk")
    return {ens.pk: ens for ens in rows}
