"""Questions that fall due: a reminder at half of the time, overdue at its end (LIFECYCLE R9)."""

from datetime import datetime

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q

from customs_portal.events.services import record_many
from declarations.events import REFERRAL_OVERDUE, REFERRAL_REMINDED
from declarations.models import Referral
from declarations.services.locks import assert_in_transaction
from declarations.services.referrals import told

AT_A_TIME = 200
_TIME = ExpressionWrapper(F("reply_by") - F("sent_at"), output_field=DurationField())
_HALF = ExpressionWrapper(
    F("sent_at") + ExpressionWrapper(_TIME / 2, output_field=DurationField()),
    output_field=DateTimeField(),
)


def remind(*, at: datetime) -> int:
    """Remind of open questions and mark the overdue ones, each once; return how many.

    Nothing is decided by this: the analysis rests until an officer acts.
    """
    assert_in_transaction()
    late = Q(reply_by__lte=at, overdue_at__isnull=True)
    half = Q(reply_by__gt=at, reminded_at__isnull=True)
    waiting = Referral.objects.open().annotate(half=_HALF)
    due = waiting.filter(late | half & Q(half__lte=at)).order_by("reply_by", "pk")
    found = list(due.select_for_update(skip_locked=True, of=("self",))[:AT_A_TIME])
    overdue = [each for each in found if each.reply_by <= at]
    reminded = [each for each in found if each.reply_by > at]
    Referral.objects.filter(pk__in=[each.pk for each in overdue]).update(overdue_at=at)
    Referral.objects.filter(pk__in=[each.pk for each in reminded]).update(reminded_at=at)
    record_many([told(REFERRAL_OVERDUE, each, at=at) for each in overdue])
    record_many([told(REFERRAL_REMINDED, each, at=at) for each in reminded])
    return len(found)
