"""Dual filing: found, decided, and what becomes of the declaration that does not count.

In ICS2 several persons file for one shipment by rule; there is no dual filing of it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.bulk import fetch_by_index, fetch_prepared
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations.clocks import ClockKind
from declarations.dual_filings import Likeness, Policy, likeness, policy_of, winner
from declarations.events import (
    DUAL_FILING_DISMISSED,
    DUAL_FILING_KEPT,
    DUAL_FILING_SUSPECTED,
    DUAL_FILING_WON,
    FILING_SUPERSEDED,
)
from declarations.lifecycle import ENS, FILING, move
from declarations.models import DualFiling, Ens, Filing, Measure
from declarations.services.clocks import stop_clocks
from declarations.services.locks import assert_in_transaction, lock_ens
from declarations.services.matching import Declared, declared
from declarations.services.results import Changed, Refused, refused

State = DualFiling.State
MOST_PER_DECLARATION = 20
LATEST = 200
"""Declarations with a document that are looked at, the newest first."""

_CANDIDATES = """
SELECT DISTINCT least(a.id, b.id), greatest(a.id, b.id)
FROM declarations_ens a
JOIN declarations_ensmember ma ON ma.ens_id = a.id
JOIN declarations_filing fa ON fa.id = ma.filing_id AND fa.status = 'registered'
  AND fa.received_from = '' AND fa.type NOT LIKE 'F%%'
JOIN LATERAL (
    SELECT n.id
    FROM declarations_searchkey ka,
    LATERAL (
        SELECT ens_id FROM declarations_searchkey
        WHERE kind = 'document' AND value = ka.value AND ens_id <> a.id
        ORDER BY ens_id DESC LIMIT %(latest)s) kb,
    LATERAL (
        SELECT id FROM declarations_ens
        WHERE id = kb.ens_id AND means = a.means AND transport_mode = a.transport_mode
          AND expected_arrival BETWEEN a.expected_arrival - interval '24 hours'
                                   AND a.expected_arrival + interval '24 hours'
          AND status IN ('ready', 'in_analysis', 'assessed')
        LIMIT 1) n,
    LATERAL (
        SELECT filing_id FROM declarations_ensmember WHERE ens_id = n.id LIMIT 1) mb,
    LATERAL (
        SELECT id FROM declarations_filing
        WHERE id = mb.filing_id AND declarant <> fa.declarant AND status = 'registered'
          AND received_from = '' AND type NOT LIKE 'F%%'
        LIMIT 1) fb
    WHERE ka.ens_id = a.id AND ka.kind = 'document'
    LIMIT %(most)s) b ON true
LEFT JOIN LATERAL (
    SELECT id FROM declarations_dualfiling
    WHERE first_id = least(a.id, b.id) AND second_id = greatest(a.id, b.id)
    LIMIT 1) d ON true
WHERE a.id = ANY(%(ens)s::bigint[]) AND d.id IS NULL
  AND a.means <> '' AND a.status IN ('ready', 'in_analysis', 'assessed')
"""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer makes of a pair: the ENS that counts, or that these are not the same goods.

    `winner` is None to keep both, `same_goods` False to dismiss the pair.
    """

    pair: int
    note: str
    winner: int | None = None
    same_goods: bool = True


def detect(ens: Collection[int], *, at: datetime) -> list[int]:
    """Find the pairs of these ENS that nobody knows yet, and return the ids of the pairs."""
    assert_in_transaction()
    wanted = {"ens": list(ens), "most": MOST_PER_DECLARATION, "latest": LATEST}
    candidates = fetch_by_index(_CANDIDATES, wanted)
    if not candidates:
        return []
    known = declared(lock_ens(key for pair in candidates for key in pair))
    found = [(first, second, _likeness(known, first, second)) for first, second in candidates]
    return [
        key
        for first, second, like in sorted(found, key=lambda each: each[:2])
        if like is not None
        for key in _store(known[first], known[second], like, at)
    ]


def _likeness(known: Mapping[int, Declared], first: int, second: int) -> Likeness | None:
    return likeness(known[first].documents[0], known[second].documents[0])


_STORE = """
INSERT INTO declarations_dualfiling
    (first_id, second_id, state, policy, documents, all_keys_equal, detected_at, note)
VALUES (%s, %s, %s, %s, %s, %s, %s, '')
ON CONFLICT (first_id, second_id) DO NOTHING RETURNING id
"""


def _store(first: Declared, second: Declared, like: Likeness, at: datetime) -> list[int]:
    state = State.CONFIRMED if like.all_keys_equal else State.SUSPECTED
    policy = policy_of(settings.CUSTOMS_COUNTRY, at.date())
    rows = fetch_prepared(
        _STORE,
        [
            first.ens.pk,
            second.ens.pk,
            state.value,
            policy.value,
            list(like.documents),
            like.all_keys_equal,
            at,
        ],
    )
    if rows:
        pairs = ((first.ens, second.ens), (second.ens, first.ens))
        record_many([_told(DUAL_FILING_SUSPECTED, ens, other, at) for ens, other in pairs])
    return [row[0] for row in rows]


def resolvable(pairs: Sequence[DualFiling]) -> dict[int, int | None]:
    """Return by pair which ENS counts, for those that the policy decides without an officer.

    None means that both are kept. Nothing is decided of goods that have arrived, and only what
    agrees in every key. The caller holds the locks of the ENS rows.
    """
    known = declared({ens.pk: ens for pair in pairs for ens in (pair.first, pair.second)})
    found: dict[int, int | None] = {}
    for pair in pairs:
        both = [known[pair.first_id], known[pair.second_id]]
        if pair.state != State.CONFIRMED or not all(map(_is_under_way, both)):
            continue
        policy = Policy(pair.policy)
        place = winner(policy, both[0].documents[0], both[1].documents[0])
        if place is not None or policy is Policy.KEEP_BOTH:
            found[pair.pk] = None if place is None else both[place].ens.pk
    return found


def _is_under_way(each: Declared) -> bool:
    live = all(filing.status == Filing.Status.REGISTERED for filing in each.filings)
    return live and all(life.goods == "expected" for life in each.lives)


def locked_pairs(ids: Collection[int]) -> dict[int, DualFiling]:
    """Lock the ENS rows of the pairs, and return the pairs by id as they are now."""
    assert_in_transaction()
    named = DualFiling.objects.filter(pk__in=ids).values_list("first_id", "second_id")
    lock_ens(key for pair in named for key in pair)
    found = DualFiling.objects.filter(pk__in=ids).select_related("first", "second")
    return {pair.pk: pair for pair in found.order_by("pk")}


def choose(
    pair: DualFiling | None, choice: Choice, *, officer: int, at: datetime
) -> Changed | Refused:
    """Carry out what an officer chose; the caller has locked the pair and checked the officer."""
    if pair is None:
        return refused("not_found", _("There is no such pair for you."))
    if not pair.is_open:
        return refused("closed", _("This pair is decided."))
    if not choice.note.strip():
        return refused("note", _("Give a reason."), "note")
    if choice.winner not in (None, pair.first_id, pair.second_id):
        return refused("winner", _("Choose one of the two declarations."), "winner")
    pair.note = choice.note.strip()
    if not choice.same_goods:
        _close(pair, State.DISMISSED, officer, at)
        record_many([*_both(DUAL_FILING_DISMISSED, pair, at, officer)])
        return Changed(id=pair.pk)
    return resolve(pair, choice.winner, at=at, officer=officer)


def resolve(
    pair: DualFiling, winner: int | None, *, at: datetime, officer: int | None = None
) -> Changed:
    """Let the winner count, or both where there is none; the ENS rows are locked.

    The other one is superseded: its measures go over to the winner, to be confirmed there.
    """
    if winner is None:
        _close(pair, State.RESOLVED, officer, at)
        record_many([*_both(DUAL_FILING_KEPT, pair, at, officer)])
        return Changed(id=pair.pk)
    best, other = (
        (pair.first, pair.second) if winner == pair.first_id else (pair.second, pair.first)
    )
    pair.winner = best
    _close(pair, State.RESOLVED, officer, at)
    _supersede(other, best, at)
    record_many(
        [
            _told(FILING_SUPERSEDED, other, best, at, officer),
            _told(DUAL_FILING_WON, best, other, at, officer),
        ]
    )
    return Changed(id=pair.pk)


def _close(pair: DualFiling, state: str, officer: int | None, at: datetime) -> None:
    pair.state, pair.decided_by_id, pair.decided_at = state, officer, at
    pair.save(update_fields=["state", "decided_by", "decided_at", "note", "winner"])


def _supersede(loser: Ens, best: Ens, at: datetime) -> None:
    filings = Filing.objects.filter(membership__ens=loser).values_list("pk", flat=True)
    move(Filing, FILING, "supersede", list(filings))
    move(Ens, ENS, "invalidate", [loser.pk])
    Ens.objects.filter(pk=loser.pk).update(absorbed_by=best)
    stop_clocks([loser.pk], tuple(ClockKind), at=at)
    _end_other_pairs(loser, at)
    Measure.objects.filter(ens=loser).update(
        ens=best, decided_on_version=best.version, reconfirm_since_version=best.version
    )


def _end_other_pairs(loser: Ens, at: datetime) -> None:
    """Close the open pairs of a declaration that no longer counts: there is nothing to decide."""
    pairs = DualFiling.objects.open().filter(Q(first=loser) | Q(second=loser))
    pairs.update(state=State.RESOLVED, decided_at=at, note=_("One of them no longer counts."))


def _both(kind: Kind, pair: DualFiling, at: datetime, officer: int | None) -> list[NewEvent]:
    both = ((pair.first, pair.second), (pair.second, pair.first))
    return [_told(kind, ens, other, at, officer) for ens, other in both]


def _told(kind: Kind, ens: Ens, other: Ens, at: datetime, officer: int | None = None) -> NewEvent:
    data = {"ens": ens.pk, "other": other.pk, "other_mrn": other.mrn}
    return NewEvent(kind=kind, at=at, stream=ens.pk, actor=officer, data=data)
