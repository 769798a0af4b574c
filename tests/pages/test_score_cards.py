"""Score cards: a trader sees its own, officials see all."""

import re
from datetime import datetime
from typing import Any

import msgspec
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Recusal, Role, User
from declarations.checks.quality.flags import FlagKind
from declarations.models import Filing
from risk.models import ChapterModelMeasure, FilerQuality
from tests.factories.declarations import (
    SENDER,
    assessed,
    harmless,
    lodged,
    rejected,
    with_item,
)
from tests.factories.people import operator, person
from tests.messaging.builders import goods_item

pytestmark = pytest.mark.django_db
OTHER = "NL900000033"


def declare(at: datetime, **item: Any) -> Filing:
    goods = msgspec.structs.replace(goods_item(), **item)
    ens = assessed(lodged(with_item(harmless(at), goods), at), at)
    return Filing.objects.get(mrn=ens.mrn)


def lines(page: Any) -> dict[str, str]:
    """Return what the newest month says, by measure."""
    card = page.context["card"]
    found = {str(line.label): line.scores[0] for line in (*card.filings, *card.flags)}
    return {label: f"{score.count} of {score.of}" for label, score in found.items()}


def shown(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


@pytest.fixture
def owner(client: Client, trader: User) -> Client:
    client.force_login(trader)
    return client


def test_a_month_is_counted_from_filings_and_flags(owner: Client, at: datetime) -> None:
    declare(at)
    declare(at, description="GENERAL CARGO")
    late = declare(at, description="Diesel engines", commodity_code="610910")
    Filing.objects.filter(pk=late.pk).update(late_minutes=5, version=2)
    rejected(at, lrn="LRNREFUSED", sender=SENDER, findings=[])
    found = lines(owner.get(reverse("own_score_card", args=[SENDER])))
    assert found["Rejected"] == "1 of 4"
    assert found["Late"] == found["Amended"] == "1 of 4"
    assert found["With any flag"] == "2 of 3"
    assert found["Description says nothing"] == "1 of 3"
    assert found["Chapter does not fit the description"] == "1 of 3"
    assert found["Letters of another script"] == "0 of 3"


def test_a_trader_is_told_nothing_that_rests_on_others(owner: Client, at: datetime) -> None:
    declare(at)
    FilerQuality.objects.create(
        filer=SENDER, month=at.date().replace(day=1), kind=FlagKind.UNUSUAL_GOODS, declarations=1
    )
    page = owner.get(reverse("own_score_card", args=[SENDER]))
    assert "Unusual for the consignee" not in shown(page)
    assert lines(page)["With any flag"] == "0 of 1"


def test_a_card_without_filings_has_zeros(owner: Client) -> None:
    page = owner.get(reverse("own_score_card", args=[SENDER]))
    assert set(lines(page).values()) == {"0 of 0"}
    assert "%" not in shown(page).split("<table")[1]


def test_another_company_has_no_card_for_a_trader(owner: Client) -> None:
    operator(OTHER)
    assert owner.get(reverse("own_score_card", args=[OTHER])).status_code == 404
    assert owner.get(reverse("score_card", args=[SENDER])).status_code == 403
    assert owner.get(reverse("score_cards")).status_code == 403


def test_officials_see_every_filer_the_worst_first(
    desk: Client, trader: User, at: datetime
) -> None:
    operator(OTHER)
    ens = lodged(with_item(harmless(at), goods_item()), at, sender=OTHER)
    assessed(ens, at)
    declare(at, description="goods")
    page = desk.get(reverse("score_cards"))
    assert [row.eori for row in page.context["rows"]] == [SENDER, OTHER]
    assert page.context["rows"][0].month.flagged.percent == "100.0 %"
    card = desk.get(reverse("score_card", args=[SENDER]))
    assert lines(card)["Unusual for the consignee"] == "0 of 1"


def test_the_number_of_queries_does_not_grow(
    desk: Client, trader: User, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        operator(f"NL90000010{number}")
        lodged(harmless(at), at, sender=f"NL90000010{number}")
    with django_assert_max_num_queries(25):
        desk.get(reverse("score_cards"))


def test_who_keeps_out_of_an_operator_sees_no_card(
    desk: Client, officer: User, trader: User, at: datetime
) -> None:
    declare(at)
    Recusal.objects.create(user=officer, eori=SENDER, declared_at=at, reason="My brother's")
    assert desk.get(reverse("score_card", args=[SENDER])).status_code == 404
    assert desk.get(reverse("score_cards")).context["rows"] == []


def test_a_month_that_is_none_is_the_present_one(desk: Client, at: datetime) -> None:
    for typed in ("2031-01", "x", "", "2026-11' --"):
        page = desk.get(reverse("score_cards"), {"month": typed, "page": "x"})
        assert page.context["month"] == at.date().replace(day=1)


def test_how_well_descriptions_are_judged_is_measured_once(client: Client) -> None:
    for _time in range(2):
        call_command("measure_descriptions", verbosity=0)
    measure = ChapterModelMeasure.objects.get()
    assert measure.among_three > 0.65
    assert measure.flagged_wrongly < 0.03
    assert measure.caught > 0.3
    client.force_login(person(Role.AUDITOR))
    assert f"{100 * measure.among_three:.1f} %" in shown(client.get(reverse("score_cards")))
