"""What officers of the demo decide in the stories."""

import time

from django.contrib.auth import get_user_model
from django.db import transaction

from customs_portal import clock
from declarations.models import Measure
from risk.models import Case
from risk.services import Decided, DecisionOrder, decide

OFFICER = "anna"
CONTAINER_OF_STORY_1 = "DMOU1000014"
LRN_OF_STORY_1 = "NKL-S1-"
PATIENCE_SECONDS = 120.0


def recommend_scan() -> bool:
    """Decide story 1, step 2: a scan at first entry, not announced. False where no case came."""
    case = _awaited_case()
    if case is None:
        return False
    order = DecisionOrder(
        case=case.pk,
        revision=case.revision,
        verb="control",
        reason_code="CTL-02",
        note="Known consignee, weekly trade; cover goods from a cover port. Scan at first entry.",
        subject=Measure.Subject.EQUIPMENT,
        reference=CONTAINER_OF_STORY_1,
        place=case.office,
    )
    officer = get_user_model().objects.get(username=OFFICER)
    with transaction.atomic():
        [result] = decide([order], officer=officer, at=clock.now())
    return isinstance(result, Decided)


def _awaited_case() -> Case | None:
    """Return the open case on the declaration of story 1, once the workers have opened it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = (
            Case.objects.open().filter(ens__members__filing__lrn__startswith=LRN_OF_STORY_1).first()
        )
        if found:
            return found
        time.sleep(0.2)
    return None
