"""Presenting goods through the API: by MRN, by transport documents; all or none, own goods only."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customs_portal import clock
from customs_portal.accounts.models import Operator
from customs_portal.accounts.models.tokens import OF_OPERATORS, TokenScope
from customs_portal.accounts.services import issue_token
from customs_portal.events.models import Event
from declarations.models import ConsignmentLife, Ens
from tests.factories.declarations import harmless, lodged
from tests.messaging.builders import LODGER

JSON = "application/json"


def system(eori: str, *scopes: TokenScope) -> Client:
    """Return the system of an operator."""
    operator, _ = Operator.objects.get_or_create(eori=eori, defaults={"name": eori})
    token = issue_token(operator=operator, at=clock.now(), scopes=scopes or OF_OPERATORS)
    return Client(headers={"authorization": f"Token {token}"})


@pytest.fixture
def ens(db: None) -> Ens:
    """Return a declaration of which the goods have arrived."""
    at = clock.now() - timedelta(hours=1)
    found = lodged(harmless(at), at)
    ConsignmentLife.objects.filter(filing__membership__ens=found).update(goods="arrived")
    return found


def goods(ens: Ens) -> set[str]:
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens)
    return set(lives.values_list("goods", flat=True))


def said(ens: Ens, **changes: Any) -> str:
    life = ConsignmentLife.objects.filter(filing__membership__ens=ens)[0]
    papers = [
        dict(zip(("type", "number"), each.split(" ", 1), strict=True)) for each in life.documents
    ]
    carrier = life.filing.carrier
    return json.dumps({"carrier": carrier, "documents": papers, **changes})


def test_goods_are_presented_by_mrn_once(ens: Ens) -> None:
    desk, address = system(LODGER), f"/api/v1/filings/{ens.mrn}/presentation"
    count = ConsignmentLife.objects.filter(filing__membership__ens=ens).count()
    response = desk.post(address)
    assert (response.status_code, response.json()) == (200, {"presented": count})
    assert goods(ens) == {"presented"}
    assert Event.objects.filter(kind="consignment.presented").count() == count
    again = desk.post(address)
    assert (again.status_code, again.json()["code"]) == (409, "refused")
    assert Event.objects.filter(kind="consignment.presented").count() == count


def test_goods_are_presented_by_their_documents(ens: Ens) -> None:
    desk = system(LODGER)
    wrong = said(ens, documents=[{"type": "N741", "number": "000-NOT-MINE"}])
    assert desk.post("/api/v1/presentations", wrong, content_type=JSON).status_code == 404
    response = desk.post("/api/v1/presentations", said(ens), content_type=JSON)
    assert response.status_code == 200, response.content
    assert "presented" in goods(ens)


def test_another_learns_and_changes_nothing(ens: Ens) -> None:
    stranger = system("NL000000009")
    unknown = stranger.post("/api/v1/filings/26NL0000000ABCDBT4/presentation")
    other = stranger.post(f"/api/v1/filings/{ens.mrn}/presentation")
    assert (unknown.status_code, other.status_code) == (404, 404)
    assert unknown.content == other.content
    response = stranger.post("/api/v1/presentations", said(ens), content_type=JSON)
    assert response.status_code == 404
    assert goods(ens) == {"arrived"}


def test_all_or_none(ens: Ens) -> None:
    first = ConsignmentLife.objects.filter(filing__membership__ens=ens)[0]
    ConsignmentLife.objects.filter(pk=first.pk).update(goods="released")
    response = system(LODGER).post(f"/api/v1/filings/{ens.mrn}/presentation")
    assert response.status_code == 409
    assert "presented" not in goods(ens)


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"carrier": "NL1", "documents": []}',
     '{"carrier": "NL1\\u0000", "documents": [{"type": "N741", "number": "1"}]}'],
)  # fmt: skip
def test_a_bad_body_is_refused(ens: Ens, body: str) -> None:
    response = system(LODGER).post("/api/v1/presentations", body, content_type=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "bad_goods")
    assert goods(ens) == {"arrived"}
