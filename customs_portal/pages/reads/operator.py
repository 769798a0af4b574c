"""An operator as officials see it: the register, and what it has to do with."""

from datetime import datetime

import msgspec
from django.db.models import Count, Q

from customs_portal.accounts import operators, policies
from customs_portal.accounts.models import Mandate, Operator, User
from declarations.models import Ens, Filing, Measure, SearchKey

SHOWN = 10


class OperatorPage(msgspec.Struct, frozen=True, kw_only=True):
    """An EORI number: what the register says, and what of it the user may see."""

    eori: str
    name: str
    is_masked: bool
    operator: Operator | None
    status: operators.OperatorStatus
    filings: int
    rejected: int
    late: int
    ens: int
    newest: list[Ens]
    measures: list[Measure]
    mandates: list[Mandate]


def read(eori: str, user: User, at: datetime) -> OperatorPage:
    """Return the page; numbers and lists hold only what the user sees."""
    operator = Operator.objects.filter(eori=eori).first()
    named = SearchKey.objects.filter(kind="eori", value=eori.upper()).values("ens")
    seen = Ens.objects.visible_to(user).filter(pk__in=named)
    lodged = Filing.objects.filter(Q(sender=eori) | Q(declarant=eori), membership__ens__in=seen)
    counts = lodged.aggregate(all=Count("pk"), late=Count("pk", filter=Q(late_minutes__gt=0)))
    measures = Measure.objects.filter(ens__in=seen).select_related("ens").order_by("-placed_at")
    return OperatorPage(
        eori=eori,
        name=policies.name_for(user, operator) if operator else "",
        is_masked=bool(operator and operator.natural_person) and not policies.sees_persons(user),
        operator=operator,
        status=operators.status_of([eori], at)[eori],
        filings=counts["all"],
        rejected=Filing.objects.filter(sender=eori, status="rejected").count(),
        late=counts["late"],
        ens=seen.count(),
        newest=list(seen.order_by("-registered_at")[:SHOWN]),
        measures=list(measures[:SHOWN]),
        mandates=list(
            Mandate.objects.alive(at)
            .filter(Q(operator__eori=eori) | Q(representative__eori=eori))
            .select_related("operator", "representative")
        ),
    )
