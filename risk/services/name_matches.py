"""What people say of name matches: another party, until a day; or the listed one; or taken back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.kinds import Kind
from customs_portal.events.services import record
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal, refused
from risk import policies
from risk.events import NAME_MATCH_CONFIRMED, NAME_MATCH_DISMISSED, NAME_MATCH_REOPENED
from risk.models import MatchVerdict, NameMatch

SHORTEST_REASON = 10
LONGEST_REASON = 400
LONGEST_DISMISSAL = timedelta(days=730)


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a match; `until` is the last day of a dismissal, None confirms."""

    match: int
    reason: str
    until: date | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The match has a verdict, or has none any more."""

    match: int


def judge(judgements: Sequence[Judgement], *, person: User, at: datetime) -> list[Judged | Refused]:
    """Dismiss or confirm matches; an earlier verdict on one is taken back."""
    matches = _locked([each.match for each in judgements])
    return [_judge(matches.get(each.match), each, person, at) for each in judgements]


def reopen(matches: Sequence[int], *, person: User, at: datetime) -> list[Judged | Refused]:
    """Take the verdicts on the matches back, so that they count again."""
    locked = _locked(matches)
    return [_reopen(locked.get(key), person, at) for key in matches]


def _locked(keys: Sequence[int]) -> dict[int, NameMatch]:
    assert_in_transaction()
    rows = NameMatch.objects.select_for_update(of=("self",)).select_related("entry__list")
    return {match.pk: match for match in rows.filter(pk__in=keys).order_by("pk")}


def _judge(
    match: NameMatch | None, wanted: Judgement, person: User, at: datetime
) -> Judged | Refused:
    if match is None or not policies.may_judge_match(person, match):
        return Refused(findings=[_none()])
    if findings := [*_reason(wanted.reason), *_until(wanted.until, at)]:
        return Refused(findings=findings)
    _take_back(match, person, at)
    is_other = wanted.until is not None
    kind = MatchVerdict.Verdict.DISMISSED if is_other else MatchVerdict.Verdict.CONFIRMED
    MatchVerdict.objects.create(
        match=match,
        verdict=kind,
        reason=wanted.reason.strip(),
        until=wanted.until,
        given_by=person,
        given_at=at,
    )
    told = NAME_MATCH_DISMISSED if is_other else NAME_MATCH_CONFIRMED
    _tell(told, match, person, at, until=str(wanted.until or ""))
    return Judged(match=match.pk)


def _reopen(match: NameMatch | None, person: User, at: datetime) -> Judged | Refused:
    if match is None or not policies.may_judge_match(person, match):
        return Refused(findings=[_none()])
    if not _take_back(match, person, at):
        return refused("no_verdict", "The match has no verdict.")
    _tell(NAME_MATCH_REOPENED, match, person, at)
    return Judged(match=match.pk)


def _take_back(match: NameMatch, person: User, at: datetime) -> int:
    standing = match.verdicts.filter(revoked_at__isnull=True)
    return standing.update(revoked_by=person, revoked_at=at)


def _tell(kind: Kind, match: NameMatch, person: User, at: datetime, **more: str) -> None:
    data = {"match": match.pk, "list": match.entry.list.code, **more}
    record(kind, at=at, actor=person.pk, data=data)


def _none() -> Finding:
    return refusal("not_found", "There is no such match for you.")


def _reason(reason: str) -> list[Finding]:
    if SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        return []
    text = f"Say in {SHORTEST_REASON} to {LONGEST_REASON} signs why."
    return [refusal("no_reason", text, "reason")]


def _until(until: date | None, at: datetime) -> list[Finding]:
    if until is None or at.date() <= until <= at.date() + LONGEST_DISMISSAL:
        return []
    text = "A dismissal ends today or later, and within two years."
    return [refusal("wrong_day", text, "until")]
