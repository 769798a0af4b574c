"""That a verb runs inside the transaction of its caller."""

from django.db import transaction


def assert_in_transaction() -> None:
    """Raise RuntimeError outside a transaction: a verb must never be half done."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("This verb needs the caller's transaction.")
