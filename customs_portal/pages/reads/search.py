"""Finding an ENS by one of its identifiers."""

from datetime import datetime, timedelta

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog, User
from declarations.models import Ens, SearchKey
from declarations.querysets import naming, seen_by

MOST = 50
SHORTEST = 3
SHORTEST_REASON = 10
STATED_FOR = timedelta(hours=1)
"""How long what was found for a reason can be opened."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS that was found, and by what."""

    id: int
    mrn: str
    kind: str
    value: str
    office: str
    status: str
    registered_at: datetime


KINDS = {
    "mrn": "MRN",
    "lrn": "LRN",
    "equipment": "Container",
    "eori": "EORI",
    "document": "Document",
    "means": "Means",
    "seal": "Seal",
}


def search(user: User, typed: str) -> list[Found]:
    """Return the ENS that the user sees and one of whose identifiers begins so, newest first."""
    return _search(typed, seen_by(user, "ens"))


def search_everywhere(typed: str, *, user: User) -> list[Found]:
    """Return the ENS of all offices, but for those that the user sees anyway or keeps out of."""
    eoris = policies.recused_eoris(user)
    kept = ~Q(Exists(naming(eoris, "ens"))) if eoris else Q()
    own = Ens.objects.visible_to(user).filter(pk=OuterRef("ens"))
    return _search(typed, kept & ~Q(Exists(own)))


def elsewhere(user: User) -> QuerySet[Ens]:
    """Return the ENS that a stated reason can open: all but those of which the user keeps out."""
    return Ens.objects.without_parties(policies.recused_eoris(user))


def stated_reason(user: User, ens: Ens, at: datetime) -> str | None:
    """Return the reason for which the user found that ENS elsewhere just now, None without one."""
    stated = AccessLog.objects.filter(
        user=user, ens=ens.pk, how=AccessLog.How.ELSEWHERE, at__gt=at - STATED_FOR, at__lte=at
    )
    return stated.order_by("-at").values_list("reason", flat=True).first()


def _search(typed: str, seen: Q) -> list[Found]:
    """Return what is found among the last keys in their order: of one value, its newest ENS."""
    words = typed.strip().upper()
    if len(words) < SHORTEST:
        return []
    keys = SearchKey.objects.filter(seen, value__startswith=words).select_related("ens")
    found: dict[int, Found] = {}
    for key in keys.order_by("-value", "-kind", "-ens")[: MOST * 4]:
        found.setdefault(key.ens_id, _found(key))
    newest = sorted(found.values(), key=lambda each: each.registered_at, reverse=True)
    return newest[:MOST]


def _found(key: SearchKey) -> Found:
    return Found(
        id=key.ens_id,
        mrn=key.ens.mrn,
        kind=KINDS.get(key.kind, key.kind),
        value=key.value,
        office=key.ens.office_of_first_entry,
        status=key.ens.get_status_display(),
        registered_at=key.ens.registered_at,
    )
