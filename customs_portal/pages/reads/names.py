"""Matches of declared names with lists: declared and listed, what speaks for and against.

An entry of a secret list is hidden from whoever may not see it: they learn that there is one, how
alike, and whom to ask. Whoever judges no matches sees what was declared masked.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import Count, Prefetch, Q, QuerySet

from customs_portal.accounts.models import User
from customs_portal.accounts.policies import sees_persons
from customs_portal.pages.reads.queue import person
from declarations.document import Document
from declarations.models import Ens
from declarations.projection import parties
from declarations.subjects import current_document
from risk import policies
from risk.engine.names import address, identities
from risk.models import MatchVerdict, NameHit, NameMatch
from risk.names.evidence import in_words

STATES = ("open", "dismissed", "confirmed", "ending")
ENDING = timedelta(days=30)
"""Dismissals that end so soon are to be looked at again."""

SHOWN = 20


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of the list, for whoever may see it."""

    value: str
    label: str
    country: str
    identifier: str
    place: str
    note: str
    valid_from: date
    valid_to: date | None


class VerdictView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said of the match, and how many declarations it kept quiet."""

    verdict: str
    label: str
    reason: str
    until: date | None
    person: str
    given_at: datetime
    revoked_at: datetime | None
    suppressed: int


class MatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One match; `listed` is None where the user may not see the entry."""

    id: int
    list: str
    list_name: str
    owner: str
    is_secret: bool
    kind: str
    declared: str
    country: str
    identifier: str
    address: str
    percent: int
    supports: tuple[str, ...]
    contradicts: tuple[str, ...]
    listed: Listed | None
    standing: VerdictView | None
    declarations: int
    found_at: datetime
    may_judge: bool


def matches(user: User, state: str, code: str, day: date) -> "QuerySet[NameMatch]":
    """Return the matches that the user sees, in that state and of that list, the best first."""
    rows = NameMatch.objects.visible_to(user).in_lists()
    standing = Q(verdicts__revoked_at__isnull=True, verdicts__isnull=False)
    dismissed = standing & Q(verdicts__verdict="dismissed", verdicts__until__gte=day)
    confirmed = standing & Q(verdicts__verdict="confirmed")
    chosen = {
        "dismissed": rows.filter(dismissed),
        "confirmed": rows.filter(confirmed),
        "ending": rows.filter(dismissed, verdicts__until__lte=day + ENDING),
    }
    settled = NameMatch.objects.filter(dismissed | confirmed).values("pk")
    rows = chosen[state] if state in chosen else rows.exclude(pk__in=settled)
    if code:
        rows = rows.filter(entry__list__code=code)
    return _with_all(rows).order_by("-score", "-pk")


def of_ens(ens: Ens, document: Document, user: User) -> list[MatchView]:
    """Return the matches of what the newest version of the ENS declares, the best first."""
    version = ens.versions.filter(number=ens.version).values("pk")
    rows = NameMatch.objects.in_lists().filter(hits__ens_version__in=version)
    found = list(_with_all(rows).order_by("-score", "pk"))
    addresses = _addresses(document) if found else {}
    return [_view(match, user, addresses) for match in found]


def _addresses(document: Document) -> dict[str, str]:
    """Return the addresses that are declared with the names, by reference of the identity."""
    return {
        identity.reference: address(party)
        for _path, _role, party in parties(document)
        for identity in identities(party)
    }


def one(key: int, user: User) -> MatchView | None:
    """Return a match that the user sees; None as much for a hidden one as for none."""
    match = _with_all(NameMatch.objects.visible_to(user).filter(pk=key)).first()
    if match is None:
        return None
    newest = declarations(key, user)[:1]
    return _view(match, user, _addresses(current_document(newest[0])) if newest else {})


def _with_all(rows: "QuerySet[NameMatch]") -> "QuerySet[NameMatch]":
    standing = MatchVerdict.objects.filter(revoked_at__isnull=True).select_related("given_by")
    counted = standing.annotate(count=Count("suppressed__ens", distinct=True))
    return (
        rows.select_related("name", "entry__list__owner")
        .prefetch_related(Prefetch("verdicts", queryset=counted, to_attr="standing"))
        .annotate(declarations=Count("hits__ens", distinct=True))
    )


def views(rows: "Iterable[NameMatch]", user: User) -> list[MatchView]:
    """Return the matches, which come from the functions of this module, as they are shown."""
    return [_view(match, user, {}) for match in rows]


def _view(match: NameMatch, user: User, addresses: Mapping[str, str]) -> MatchView:
    """Return the match; `addresses` are those declared, by reference of the identity."""
    found = match.entry.list
    sees = policies.sees_entry(user, found)
    judges = policies.may_judge_matches_of(user, found)
    is_plain = judges or sees_persons(user)
    words = in_words(match.reasons if is_plain else {})
    standing: list[MatchVerdict] = match.standing  # type: ignore[attr-defined]  # from Prefetch
    return MatchView(
        id=match.pk,
        list=found.code,
        list_name=found.name,
        owner=person(found.owner) if found.owner else "",
        is_secret=found.secret,
        kind=match.name.get_kind_display(),
        declared=match.name.written if is_plain else match.name.label,
        country=match.name.country,
        identifier=match.name.identifier,
        address=addresses.get(match.name.reference, "") if is_plain else "",
        percent=int(match.score * 100),
        supports=words.supports if sees else (),
        contradicts=words.contradicts if sees else (),
        listed=_listed(match) if sees else None,
        standing=verdict_view(standing[0]) if standing else None,
        declarations=match.declarations,  # type: ignore[attr-defined]  # annotated
        found_at=match.found_at,
        may_judge=judges,
    )


def _listed(match: NameMatch) -> Listed:
    entry = match.entry
    return Listed(
        value=entry.value,
        label=entry.label,
        country=entry.country,
        identifier=entry.identifier,
        place=entry.place,
        note=entry.note,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )


def verdict_view(verdict: MatchVerdict) -> VerdictView:
    """Return a verdict that comes with `count`, the declarations that it kept quiet."""
    return VerdictView(
        verdict=verdict.verdict,
        label=verdict.get_verdict_display(),
        reason=verdict.reason,
        until=verdict.until,
        person=person(verdict.given_by),
        given_at=verdict.given_at,
        revoked_at=verdict.revoked_at,
        suppressed=verdict.count,  # type: ignore[attr-defined]  # annotated
    )


def verdicts(key: int) -> list[VerdictView]:
    """Return all verdicts on a match, the newest first."""
    rows = MatchVerdict.objects.filter(match=key).select_related("given_by")
    counted = rows.annotate(count=Count("suppressed__ens", distinct=True))
    return [verdict_view(verdict) for verdict in counted.order_by("-pk")]


def declarations(key: int, user: User) -> list[Ens]:
    """Return the newest declarations with the matched name that the user sees."""
    hits = NameHit.objects.filter(match=key).values("ens")
    return list(Ens.objects.visible_to(user).filter(pk__in=hits).order_by("-pk")[:SHOWN])
