"""The life of each object is a table: the models know its states, the page shows its rows."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import models, transaction

from declarations.lifecycle import CONSIGNMENT, ENS, FILING, Machine, Transition, move
from declarations.lifecycle.entry_leg import LegState, leg_state
from declarations.lifecycle.out_of_sequence import Situation, refusal, situation
from declarations.models import ConsignmentLife, Ens, Filing
from risk.lifecycle import ASSESSMENT
from risk.models import Assessment
from tests.factories.declarations import harmless, lodged
from tests.pipeline.conftest import AT

ROOT = Path(__file__).resolve().parents[2]


def test_the_stored_page_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("draw_lifecycles")
    printed = capsys.readouterr().out
    assert printed == (ROOT / "docs/lifecycle.md").read_text(), (
        "manage.py draw_lifecycles > docs/lifecycle.md"
    )


@pytest.mark.parametrize(
    ("machine", "choices"),
    [
        (FILING, Filing.Status),
        (ENS, Ens.Status),
        (CONSIGNMENT, ConsignmentLife.Goods),
        (ASSESSMENT, Assessment.Status),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
def test_a_model_has_the_states_of_its_machine(
    machine: Machine, choices: type[models.TextChoices]
) -> None:
    assert set(machine.states()) == set(choices.values)


def test_what_is_not_a_row_leads_nowhere() -> None:
    assert FILING.target("registered", "amend") == "registered"
    assert FILING.target("superseded", "amend") is None
    assert ENS.target("diverted", "divert") is None
    with pytest.raises(KeyError):
        FILING.targets("sell")


def test_a_table_that_contradicts_itself_is_refused() -> None:
    row = Transition("X1", "a", "go", "b", "test")
    with pytest.raises(ValueError, match="two rows"):
        Machine("x", "X", (row, Transition("X2", "a", "go", "c", "test")))


@pytest.mark.django_db
def test_a_verb_moves_only_rows_from_which_it_leads() -> None:
    ready, diverted = lodged(harmless(AT), AT), lodged(harmless(AT), AT)
    Ens.objects.filter(pk=diverted.pk).update(status="diverted")
    with transaction.atomic():
        moved = move(Ens, ENS, "divert", [ready.pk, diverted.pk])
    assert moved == {ready.pk}
    with transaction.atomic():
        assert move(Ens, ENS, "conclude", [ready.pk, diverted.pk]) == set()
    assert set(Ens.objects.values_list("status", flat=True)) == {"diverted"}


@pytest.mark.parametrize(
    ("goods", "state"),
    [
        ([], LegState.EXPECTED),
        (["expected", "expected"], LegState.EXPECTED),
        (["expected", "not_arrived"], LegState.EXPECTED),
        (["not_arrived", "not_arrived"], LegState.NOT_ARRIVED),
        (["arrived", "arrived"], LegState.ARRIVED),
        (["arrived", "expected"], LegState.PARTIALLY_ARRIVED),
        (["released", "expected"], LegState.PARTIALLY_ARRIVED),
        (["partially_arrived", "arrived"], LegState.PARTIALLY_ARRIVED),
        (["presented", "arrived"], LegState.PRESENTED),
        (["under_control", "presented", "expected"], LegState.UNDER_CONTROL),
        (["released", "not_released", "onward"], LegState.DONE),
        (["no_longer_declared", "expected"], LegState.EXPECTED),
    ],
)
def test_the_state_of_a_leg_follows_from_its_goods(goods: list[str], state: LegState) -> None:
    assert leg_state(goods) is state


@pytest.mark.parametrize(
    ("filing", "ens", "goods", "found"),
    [
        ("registered", "assessed", ["expected"], Situation.REGISTERED),
        ("registered", "assessed", ["not_arrived"], Situation.REGISTERED),
        ("registered", "assessed", ["expected", "arrived"], Situation.ARRIVED),
        ("registered", "assessed", ["presented", "arrived"], Situation.PRESENTED),
        ("registered", "assessed", ["released", "presented"], Situation.RELEASED),
        ("closed", "closed", [], Situation.RELEASED),
        ("registered", "diverted", ["expected"], Situation.DIVERTED),
        ("superseded", "diverted", ["expected"], Situation.ENDED),
        ("expired", "invalidated", ["expected"], Situation.ENDED),
    ],
)
def test_a_filing_stands_where_it_has_gone_farthest(
    filing: str, ens: str, goods: list[str], found: Situation
) -> None:
    assert situation(filing=filing, ens=ens, goods=goods) is found


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        ("IE313", ["90 3", "92 2", "ok", "92 5", "92 4", "92 5", "92 6"]),
        ("IE323", ["90", "92", "ok", "92", "92", "92", "92"]),
        ("IE347", ["ok", "ok", "ok", "92", "92", "92", "92"]),
        ("IE302", ["90", "92", "ok", "ok", "ok", "ok", "ok"]),
    ],
)
def test_a_message_out_of_sequence_has_its_error(message: str, codes: list[str]) -> None:
    found = [refusal(message, place) for place in Situation]
    assert [f"{row.code} {row.motivation}".strip() if row else "ok" for row in found] == codes
