"""The batch handlers of risk analysis."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.models import Event
from declarations.services.locks import lock_ens
from risk.services.alarms import heed_screenings, raise_alarms
from risk.services.asking import take_back_to_review
from risk.services.assess import assess_versions
from risk.services.deadlines import set_deadlines
from risk.services.dual_filing import compare_filings
from risk.services.due import Request
from risk.services.finds import remember_finds
from risk.services.lifted import go_on as go_on_after_lifting
from risk.services.linking import link as link_filings


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


def link(batch: Sequence[Event], *, at: datetime) -> None:
    """Hold the filings of the batch against those above and below them."""
    link_filings({event.data["filing"] for event in batch}, at=at)


def compare(batch: Sequence[Event], *, at: datetime) -> None:
    """Look for other declarations of the same goods once these have been analysed."""
    compare_filings([event.stream for event in batch if event.stream is not None], at=at)


def go_on(batch: Sequence[Event], *, at: datetime) -> None:
    """Analyse in full what may be loaded after all."""
    go_on_after_lifting([event.stream for event in batch if event.stream is not None], at=at)


def remember(batch: Sequence[Event], *, at: datetime) -> None:
    """Remember what controls have found."""
    remember_finds(event.data["measure"] for event in batch)


def alarm(batch: Sequence[Event], *, at: datetime) -> None:
    """Tell officers of instructions that were disobeyed."""
    raise_alarms([event.stream for event in batch if event.stream is not None], at=at)


def deadlines(batch: Sequence[Event], *, at: datetime) -> None:
    """Let the open cases be due by the clocks of their ENS as these run now."""
    streams = [event.stream for event in batch if event.stream is not None]
    set_deadlines(lock_ens(streams), at=at)


def resume(batch: Sequence[Event], *, at: datetime) -> None:
    """Bring cases back whose questions were answered."""
    take_back_to_review([event.stream for event in batch if event.stream is not None], at=at)
    alarming = [event.stream for event in batch if event.stream and event.data.get("alarm")]
    heed_screenings(alarming, at=at)
