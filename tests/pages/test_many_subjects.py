"""What a decision is about is typed where there is too much to choose from."""

from datetime import datetime
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from declarations.document import Document
from declarations.models import Measure
from risk.forms import MOST_LISTED, named
from risk.models import Case
from tests.factories.declarations import bananas, case_of
from tests.pages.test_casework import HOLD, decide

PAIRS = (
    ("declaration", "Whole declaration"),
    ("consignment:N705/B1", "Consignment N705/B1"),
    ("item:2", "Goods item 2"),
    ("item:7", "Goods item 7"),
    ("equipment:7", "Container 7"),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("item:2", "item:2"),
        ("goods ITEM 2 ", "item:2"),
        ("2", "item:2"),
        ("n705/b1", "consignment:N705/B1"),
        ("Whole declaration", "declaration"),
        ("7", "7"),
        ("N705", "N705"),
        ("", ""),
    ],
)
def test_a_subject_is_named_by_value_label_or_reference_of_one(typed: str, found: str) -> None:
    assert named(typed, PAIRS) == found


def of_many_items(at: datetime) -> Document:
    one = bananas(at)
    consignment = one.consignments[0]
    items = tuple(
        msgspec.structs.replace(consignment.items[0], number=number)
        for number in range(1, MOST_LISTED + 2)
    )
    return msgspec.structs.replace(
        one, consignments=(msgspec.structs.replace(consignment, items=items),)
    )


@pytest.fixture
def case(at: datetime) -> Case:
    return case_of(of_many_items(at), at)


def page(desk: Client, case: Case) -> str:
    return desk.get(reverse("review", args=[case.pk])).content.decode()


def test_one_item_of_very_many_is_held(desk: Client, case: Case) -> None:
    shown = page(desk, case)
    assert '<input class="govuk-input" id="subject" name="subject"' in shown
    assert shown.count("</option>") < 2 * MOST_LISTED
    last = str(MOST_LISTED + 1)
    assert f"Goods item {last}</" not in shown
    decide(desk, case, **{**HOLD, "subject": last})
    held = Measure.objects.get()
    assert (held.subject, held.reference) == ("item", last)


def test_what_is_not_declared_is_refused_and_stays_typed(desk: Client, case: Case) -> None:
    answer: Any = decide(desk, case, **{**HOLD, "subject": "Goods item 9<b>"})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing that is declared is named Goods item 9&lt;b&gt;." in told
    assert 'value="Goods item 9&lt;b&gt;"' in told
    assert not Measure.objects.exists()
