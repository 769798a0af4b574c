"""What was agreed with other administrations: to whom a kind of message may be sent on a day."""

from datetime import date

from django.db.models import Q

from messaging.models import Partner

SCREENING_REQUEST = "XF4Q01A"


def askable(day: date) -> frozenset[str]:
    """Return the countries of the administrations that may be asked for an e-screening."""
    agreed = Partner.objects.filter(
        Q(agreed_from=None) | Q(agreed_from__lte=day),
        Q(agreed_to=None) | Q(agreed_to__gt=day),
        kind=Partner.Kind.ADMINISTRATION,
        active=True,
        we_send__contains=[SCREENING_REQUEST],
    )
    return frozenset(agreed.values_list("country", flat=True))
