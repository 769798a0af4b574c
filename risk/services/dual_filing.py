"""What two declarations of the same goods mean for their analysis: none of its results is lost."""

from collections.abc import Collection, Sequence
from datetime import datetime

from customs_portal.accounts.models import User
from declarations.clocks import ClockKind
from declarations.lifecycle import ENS, move
from declarations.models import Clock, DualFiling, Ens
from declarations.services.dual_filing import (
    Choice,
    choose,
    detect,
    locked_pairs,
    resolvable,
    resolve,
)
from declarations.services.results import Changed, Refused
from risk.models import Assessment, Case
from risk.services.cases import Flagged, open_cases
from risk.services.supersede import end_analysis, selected_before


def compare_filings(ens: Collection[int], *, at: datetime) -> None:
    """Find pairs, and resolve those that the policy decides once both have been analysed."""
    detect(set(ens), at=at)
    both = DualFiling.objects.open()
    named = both.filter(first__in=ens) | both.filter(second__in=ens)
    pairs = locked_pairs(list(named.values_list("pk", flat=True)))
    analysed = _analysed(pairs.values())
    ready = [pair for pair in pairs.values() if {pair.first_id, pair.second_id} <= analysed]
    for key, winner in resolvable(ready).items():
        if pairs[key].is_open and _are_live(pairs[key]):
            _resolve(pairs[key], winner, at)


def _analysed(pairs: Collection[DualFiling]) -> set[int]:
    ids = {key for pair in pairs for key in (pair.first_id, pair.second_id)}
    made = Assessment.objects.filter(ens__in=ids).current()
    return set(made.values_list("ens_id", flat=True))


def _are_live(pair: DualFiling) -> bool:
    """Whether neither lost in another pair of the same batch."""
    live = Ens.objects.filter(pk__in=(pair.first_id, pair.second_id), absorbed_by__isnull=True)
    return live.count() == 2


def _resolve(pair: DualFiling, winner: int | None, at: datetime) -> None:
    if winner is not None:
        _carry_over(pair, winner, at)
    resolve(pair, winner, at=at)


def decide_pairs(
    choices: Sequence[Choice], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Carry out what an officer chose; one result for each. Refused is a pair unseen by them."""
    seen = DualFiling.objects.visible_to(officer).filter(pk__in=[each.pair for each in choices])
    pairs = locked_pairs(list(seen.values_list("pk", flat=True)))
    results: list[Changed | Refused] = []
    for choice in choices:
        pair = pairs.get(choice.pair)
        selected = _selected(pair, choice)
        result = choose(pair, choice, officer=officer.pk, at=at)
        if isinstance(result, Changed) and pair and choice.winner and choice.same_goods:
            _hand_on(_loser(pair, choice.winner), choice.winner, selected, at)
        results.append(result)
    return results


def _selected(pair: DualFiling | None, choice: Choice) -> frozenset[int]:
    if pair is None or choice.winner is None:
        return frozenset()
    return selected_before([_loser(pair, choice.winner).pk])


def _carry_over(pair: DualFiling, winner: int, at: datetime) -> None:
    loser = _loser(pair, winner)
    _hand_on(loser, winner, selected_before([loser.pk]), at)


def _loser(pair: DualFiling, winner: int) -> Ens:
    return pair.second if winner == pair.first_id else pair.first


def _hand_on(loser: Ens, winner: int, selected: frozenset[int], at: datetime) -> None:
    """End the analysis of the loser; what was found there becomes work on the winner."""
    found = Case.objects.filter(ens=loser).order_by("-pk").first()
    end_analysis([loser.pk], at=at)
    if loser.pk not in selected or Case.objects.open().filter(ens=winner).exists():
        return
    ens = Ens.objects.get(pk=winner)
    open_cases([_flagged(ens, found)], at=at)
    _analyse_again(ens, at)


def _analyse_again(ens: Ens, at: datetime) -> None:
    """What was assessed already is in analysis again, to the end of the same window (A11).

    So a person concludes it, and may ask whoever lodged it.
    """
    Assessment.objects.of(ens).filter(
        ens_version__number=ens.version, status=Assessment.Status.CONCLUDED
    ).update(status=Assessment.Status.REVIEW, result="", concluded_at=None, concluded_by=None)
    if move(Ens, ENS, "review", [ens.pk]) and ens.status == Ens.Status.ASSESSED:
        Clock.objects.create(
            ens=ens, kind=ClockKind.ANALYSIS, started_at=at, ends_at=max(ens.analysis_ends_at, at)
        )


def _flagged(ens: Ens, found: Case | None) -> Flagged:
    return Flagged(
        ens=ens.pk,
        office=ens.office_of_first_entry,
        due_at=ens.analysis_ends_at,
        outcome=found.outcome if found else "refer",
        severity=found.severity if found else "high",
        score=found.score if found else 0,
        cause=Case.Cause.DUAL_FILING,
    )
