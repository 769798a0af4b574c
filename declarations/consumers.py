"""The batch handlers of declarations."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.models import Event
from declarations.services.reconcile import resolve_declared


def reconcile(batch: Sequence[Event], *, at: datetime) -> None:
    """Give goods that arrived undeclared the declarations of the batch."""
    resolve_declared([event.data["ens"] for event in batch], at=at)
