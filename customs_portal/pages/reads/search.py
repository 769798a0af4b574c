"""Finding an ENS by one of its identifiers."""

from datetime import datetime, timedelta
from itertools import chain, islice

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog, User
from customs_portal.bulk import fetch
from declarations.models import Ens, SearchKey
from declarations.querysets import naming, reads_the_country, seen_by

MOST = 50
MOST_KEYS = 4 * MOST
FEW = 500
"""Of an identifier of so many ENS each is asked whether it is seen; those of more are looked up."""
MOST_NAMED = 20
"""Up to so many identifiers that begin so are looked at one by one."""
MOST_WALKED = 20_000
"""Of more so many keys are asked: of all that begin with `26N` that would take seconds."""
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


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and whether there may be more that was not asked: too much begins so."""

    found: list[Found]
    is_cut: bool


KINDS = {
    "mrn": "MRN",
    "lrn": "LRN",
    "equipment": "Container",
    "eori": "EORI",
    "document": "Document",
    "means": "Means",
    "seal": "Seal",
}


def search(user: User, typed: str) -> Searched:
    """Return the ENS that the user sees and one of whose identifiers begins so, newest first."""
    seen = seen_by(user, "ens")
    is_simple = reads_the_country(user) or policies.recused_eoris(user)
    return _search(typed, seen, frozenset() if is_simple else policies.office_references(user))


def search_everywhere(typed: str, *, user: User) -> list[Found]:
    """Return the ENS of all offices, but for those that the user sees anyway or keeps out of."""
    eoris = policies.recused_eoris(user)
    kept = ~Q(Exists(naming(eoris, "ens"))) if eoris else Q()
    own = Ens.objects.visible_to(user).filter(pk=OuterRef("ens"))
    return _search(typed, kept & ~Q(Exists(own)), frozenset()).found


def elsewhere(user: User) -> QuerySet[Ens]:
    """Return the ENS that a stated reason can open: all but those of which the user keeps out."""
    return Ens.objects.without_parties(policies.recused_eoris(user))


def stated_reason(user: User, ens: Ens, at: datetime) -> str | None:
    """Return the reason for which the user found that ENS elsewhere just now, None without one."""
    stated = AccessLog.objects.filter(
        user=user, ens=ens.pk, how=AccessLog.How.ELSEWHERE, at__gt=at - STATED_FOR, at__lte=at
    )
    return stated.order_by("-at").values_list("reason", flat=True).first()


def _search(typed: str, seen: Q, offices: frozenset[str]) -> Searched:
    """Return what is found among the last keys in their order: of one value, its newest ENS.

    Who sees the ENS of some offices only gives these.
    """
    words = typed.strip().upper()
    if len(words) < SHORTEST:
        return Searched(found=[], is_cut=False)
    keys = SearchKey.objects.filter(seen, value__startswith=words).select_related("ens")
    keys = keys.order_by("-value", "-kind", "-ens")
    last, is_cut = _at_offices(keys, words, offices) if offices else (keys[:MOST_KEYS], False)
    found: dict[int, Found] = {}
    for key in last:
        found.setdefault(key.ens_id, _found(key))
    newest = sorted(found.values(), key=lambda each: each.registered_at, reverse=True)
    return Searched(found=newest[:MOST], is_cut=is_cut)


_NAMED = """
WITH RECURSIVE named AS (
    (SELECT s.value, s.kind FROM declarations_searchkey s
     WHERE s.value >= %(first)s AND s.value < %(end)s ORDER BY s.value DESC, s.kind DESC LIMIT 1)
    UNION ALL
    SELECT below.value, below.kind FROM named CROSS JOIN LATERAL (
        SELECT s.value, s.kind FROM declarations_searchkey s
        WHERE s.value >= %(first)s AND (s.value, s.kind) < (named.value, named.kind)
        ORDER BY s.value DESC, s.kind DESC LIMIT 1
    ) below
)
SELECT n.value, n.kind, (
    SELECT count(*) FROM (
        SELECT FROM declarations_searchkey s
        WHERE s.value = n.value AND s.kind = n.kind LIMIT %(few)s
    ) counted
) FROM (SELECT * FROM named LIMIT %(most)s) n
"""
"""Leaps from one identifier to the next, however many ENS have it."""
_WALKED = """
SELECT w.id FROM (
    SELECT s.id, s.ens_id FROM declarations_searchkey s
    WHERE s.value >= %(first)s AND s.value < %(end)s
    ORDER BY s.value DESC, s.kind DESC, s.ens_id DESC LIMIT %(walked)s
) w
WHERE EXISTS (SELECT FROM declarations_entryleg l
              WHERE l.ens_id = w.ens_id AND l.office = ANY(%(offices)s::text[]))
   OR EXISTS (SELECT FROM declarations_officesight o
              WHERE o.ens_id = w.ens_id AND o.office = ANY(%(offices)s::text[]))
LIMIT %(most)s
"""
_NEWEST = """
SELECT k.ens_id FROM declarations_searchkey k JOIN {} l ON l.ens_id = k.ens_id
WHERE k.value = %s AND k.kind = %s AND l.office = %s ORDER BY k.ens_id DESC LIMIT %s
"""
"""Walks two indexes in the same order and stops: not prepared, the values decide how."""
_LAST_SIGN = chr(0x10FFFF)


def _at_offices(
    keys: QuerySet[SearchKey], words: str, offices: frozenset[str]
) -> tuple[list[SearchKey], bool]:
    """Return the last of the keys, and whether others were not asked: too much begins so.

    Those of an identifier that many ENS share come last, by way of the offices.
    """
    span = {"first": words, "end": words + _LAST_SIGN}
    named = fetch(_NAMED, {**span, "few": FEW + 1, "most": MOST_NAMED + 1})
    if len(named) > MOST_NAMED:
        return _walked(keys, span, offices)
    few = [Q(value=value, kind=kind) for value, kind, count in named if count <= FEW]
    shared = (
        keys.filter(value=value, kind=kind, ens__in=_newest(value, kind, offices))
        for value, kind, count in named
        if count > FEW
    )
    own = keys.filter(Q(*few, _connector=Q.OR))[:MOST_KEYS] if few else ()
    return list(islice(chain(own, chain.from_iterable(shared)), MOST_KEYS)), False


def _walked(
    keys: QuerySet[SearchKey], span: dict[str, str], offices: frozenset[str]
) -> tuple[list[SearchKey], bool]:
    """Return what the offices see of the last keys, of many identifiers."""
    asked = {"walked": MOST_WALKED, "offices": sorted(offices), "most": MOST_KEYS}
    found = [key for (key,) in fetch(_WALKED, span | asked)]
    every = SearchKey.objects.filter(value__gte=span["first"], value__lt=span["end"])
    rest = every.order_by("-value", "-kind", "-ens")[MOST_WALKED:]
    return list(keys.filter(pk__in=found)), len(found) < MOST_KEYS and rest.exists()


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
