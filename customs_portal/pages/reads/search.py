"""Finding an ENS by one of its identifiers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain, islice

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog, User
from customs_portal.bulk import fetch, fetch_prepared
from declarations.models import Ens, SearchKey
from declarations.querysets import naming, reads_the_country, seen_by

MOST = 50
MOST_KEYS = 4 * MOST
FEW = 500
"""Of an identifier of so many ENS each is asked whether it is seen; those of more are looked up."""
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
    seen = seen_by(user, "ens")
    is_simple = reads_the_country(user) or policies.recused_eoris(user)
    return _search(typed, seen, frozenset() if is_simple else policies.office_references(user))


def search_everywhere(typed: str, *, user: User) -> list[Found]:
    """Return the ENS of all offices, but for those that the user sees anyway or keeps out of."""
    eoris = policies.recused_eoris(user)
    kept = ~Q(Exists(naming(eoris, "ens"))) if eoris else Q()
    own = Ens.objects.visible_to(user).filter(pk=OuterRef("ens"))
    return _search(typed, kept & ~Q(Exists(own)), frozenset())


def elsewhere(user: User) -> QuerySet[Ens]:
    """Return the ENS that a stated reason can open: all but those of which the user keeps out."""
    return Ens.objects.without_parties(policies.recused_eoris(user))


def stated_reason(user: User, ens: Ens, at: datetime) -> str | None:
    """Return the reason for which the user found that ENS elsewhere just now, None without one."""
    stated = AccessLog.objects.filter(
        user=user, ens=ens.pk, how=AccessLog.How.ELSEWHERE, at__gt=at - STATED_FOR, at__lte=at
    )
    return stated.order_by("-at").values_list("reason", flat=True).first()


def _search(typed: str, seen: Q, offices: frozenset[str]) -> list[Found]:
    """Return what is found among the last keys in their order: of one value, its newest ENS.

    Who sees the ENS of some offices only gives these.
    """
    words = typed.strip().upper()
    if len(words) < SHORTEST:
        return []
    keys = SearchKey.objects.filter(seen, value__startswith=words).select_related("ens")
    keys = keys.order_by("-value", "-kind", "-ens")
    found: dict[int, Found] = {}
    for key in _at_offices(keys, words, offices) if offices else keys[:MOST_KEYS]:
        found.setdefault(key.ens_id, _found(key))
    newest = sorted(found.values(), key=lambda each: each.registered_at, reverse=True)
    return newest[:MOST]


_COUNTED = """
SELECT k.kind, (
    SELECT count(*) FROM (
        SELECT FROM declarations_searchkey s
        WHERE s.value = %(value)s AND s.kind = k.kind LIMIT %(most)s
    ) few
) FROM unnest(%(kinds)s::text[]) AS k(kind) ORDER BY k.kind DESC
"""
_NEWEST = """
SELECT k.ens_id FROM declarations_searchkey k JOIN {} l ON l.ens_id = k.ens_id
WHERE k.value = %s AND k.kind = %s AND l.office = %s ORDER BY k.ens_id DESC LIMIT %s
"""
"""Walks two indexes in the same order and stops: not prepared, the values decide how."""


def _at_offices(
    keys: QuerySet[SearchKey], value: str, offices: frozenset[str]
) -> Iterable[SearchKey]:
    """Return the last of the keys; those of a value that many ENS share by way of the offices."""
    asked = {"value": value, "kinds": list(KINDS), "most": FEW + 1}
    counted = dict(fetch_prepared(_COUNTED, asked))
    if max(counted.values()) <= FEW:
        return keys[:MOST_KEYS]
    same = keys.filter(value=value)
    shared = (
        same.filter(kind=kind, ens__in=_newest(value, kind, offices))
        if count > FEW
        else same.filter(kind=kind)
        for kind, count in counted.items()
        if count
    )
    return islice(chain(keys.filter(value__gt=value)[:MOST_KEYS], *shared), MOST_KEYS)


def _newest(value: str, kind: str, offices: frozenset[str]) -> list[int]:
    """Return the newest ENS of one key on whose way an office is, or that it was shown."""
    found = {
        ens
        for office in offices
        for table in ("declarations_entryleg", "declarations_officesight")
        for (ens,) in fetch(_NEWEST.format(table), [value, kind, office, MOST_KEYS])
    }
    return sorted(found, reverse=True)[:MOST_KEYS]


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
