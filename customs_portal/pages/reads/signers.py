"""Who can give the second signature to a do-not-load that somebody proposes."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Upper

from customs_portal.accounts import policies
from customs_portal.accounts.models import OfficeMembership, Recusal, User
from customs_portal.pages.reads.case import own_offices
from customs_portal.pages.reads.queue import person
from customs_portal.reference.models import Office
from declarations.models import Ens, SearchKey

MOST_NAMED = 20


class Signers(msgspec.Struct, frozen=True, kw_only=True):
    """The first of those who can sign, each with office, and how many there are more."""

    names: tuple[str, ...]
    more: int


def signers_of(ens: Ens, *, proposer: User, at: datetime) -> Signers:
    """Return the other officers of our offices on the way and of risk centres, by name.

    Who keeps out of an operator that is declared is not among them.
    """
    eoris = SearchKey.objects.filter(ens=ens, kind="eori").values("value")
    recused = Recusal.objects.live(at).annotate(capitals=Upper("eori"))
    members = OfficeMembership.objects.live(at).filter(
        Q(office__reference__in=own_offices(ens)) | Q(office__kind=Office.Kind.RISK_CENTRE),
        office__country=settings.CUSTOMS_COUNTRY,
        user__is_active=True,
        user__role__in=policies.OFFICER_ROLES,
    )
    others = members.exclude(user=proposer).exclude(
        user__in=recused.filter(capitals__in=eoris).values("user")
    )
    rows = others.select_related("user", "office").order_by("user__last_name", "user_id")
    named = {row.user_id: f"{person(row.user)} ({row.office.name})" for row in rows}
    return Signers(names=tuple(named.values())[:MOST_NAMED], more=max(0, len(named) - MOST_NAMED))
