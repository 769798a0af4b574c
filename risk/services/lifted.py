"""What may be loaded after all is analysed in full: its do-not-load was lifted."""

from collections.abc import Collection
from datetime import datetime

from declarations.models import ConsignmentLife, Ens, Measure
from declarations.services.locks import lock_ens
from declarations.services.matching import WAITED_FOR
from risk.models import Assessment
from risk.services.anew import assess_anew
from risk.services.due import Request
from risk.services.stages import analysed_twice


def go_on(ens: Collection[int], *, at: datetime) -> None:
    """Make the full assessment of what ended before loading with a do-not-load that is no more."""
    locked = lock_ens(analysed_twice(ens))
    ended = Assessment.objects.current().filter(ens__in=locked).select_related("ens_version")
    own = [each for each in ended if each.ens_version.number == locked[each.ens_id].version]
    further = {each.ens_id for each in own if each.kind != Assessment.Kind.PRELOADING}
    requests = [
        Request(ens=each.ens_id, ens_version=each.ens_version_id, version=each.ens_version.number)
        for each in own
        if each.result == Assessment.Result.DO_NOT_LOAD and each.ens_id not in further
        if _may_come(locked[each.ens_id])
    ]
    assess_anew(requests, at=at)


def _may_come(ens: Ens) -> bool:
    """Whether nothing of the ENS is kept from loading any more, and goods are waited for."""
    if Measure.objects.do_not_loads_in_force().filter(ens=ens).exists():
        return False
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens)
    return lives.filter(goods__in=WAITED_FOR).exists()
