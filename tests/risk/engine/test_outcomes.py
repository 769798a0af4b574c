"""How the hits of an assessment come together."""

from risk.engine.outcomes import Conclusion, Outcome, Severity, Weighted, conclude


def test_nothing_found_is_no_outcome_and_no_score() -> None:
    assert conclude([]) == Conclusion(outcome=Outcome.NONE, severity=None, score=0)


def test_the_highest_outcome_and_the_gravest_severity_stand_and_scores_add_up() -> None:
    found = [
        Weighted(Outcome.CONTROL, Severity.MEDIUM, 35),
        Weighted(Outcome.REFER, Severity.CRITICAL, 40),
    ]
    expected = Conclusion(outcome=Outcome.CONTROL, severity=Severity.CRITICAL, score=75)
    assert conclude(found) == expected
    assert conclude(reversed(found)) == expected


def test_a_score_is_never_above_one_hundred() -> None:
    assert conclude([Weighted(Outcome.OBSERVE, Severity.LOW, 60)] * 2).score == 100


def test_outcomes_rise_from_none_to_do_not_load() -> None:
    assert [outcome.value for outcome in Outcome] == [
        "none",
        "observe",
        "documents",
        "refer",
        "control",
        "hold",
        "do-not-load",
    ]
