"""Controls: decided, scheduled, carried out, their result told (LIFECYCLE 6.2)."""

from collections.abc import Collection
from datetime import datetime

from customs_portal.events.services import record_many
from declarations.events import CONTROL_DUE
from declarations.models import Control, Measure
from declarations.services.locks import assert_in_transaction
from declarations.services.measures import told


def start_recommended_controls(ens: Collection[int], *, at: datetime) -> list[int]:
    """Make the recommended controls of goods that arrived due, and return their measures.

    The caller holds the locks of the ENS rows. Nothing is ordered: an officer decides.
    """
    assert_in_transaction()
    due = list(
        Measure.objects.filter(
            ens__in=ens,
            kind=Measure.Kind.CONTROL,
            status=Measure.Status.RECOMMENDED,
            control__due_at__isnull=True,
        ).order_by("pk")
    )
    Control.objects.filter(measure__in=due).update(due_at=at)
    record_many([told(CONTROL_DUE, measure, at=at, place=measure.place) for measure in due])
    return [measure.pk for measure in due]
