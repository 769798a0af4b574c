"""The batch handlers of risk analysis."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.models import Event
from risk.services.assess import Request, assess_versions


def assess(batch: Sequence[Event], *, at: datetime) -> None:
    """Analyse the ENS versions of the batch, in the caller's transaction."""
    requests = [
        Request(
            ens=event.data["ens"],
            ens_version=event.data["ens_version"],
            version=event.data["version"],
        )
        for event in batch
    ]
    assess_versions(requests, at=at)
