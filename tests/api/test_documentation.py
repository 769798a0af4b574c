"""The OpenAPI document and its page."""

import re
from typing import Any

import pytest
from django.test import Client

from customs_portal.accounts.models import User
from tests.api.conftest import System

pytestmark = pytest.mark.django_db
SCHEMA, PAGE = "/api/v1/schema", "/api/v1/docs/"


@pytest.fixture
def reader(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("reader"))
    return client


def test_the_document_describes_every_path(trader: System) -> None:
    found: dict[str, Any] = trader.get(SCHEMA, headers={"accept": "application/json"}).json()
    assert set(found["paths"]) >= {
        "/api/v1/messages",
        "/api/v1/messages/batch",
        "/api/v1/messages/{correlation}",
        "/api/v1/notifications",
        "/api/v1/notifications/{key}",
    }
    assert set(found["paths"]["/api/v1/messages"]) == {"post"}


def test_the_document_needs_a_token_or_a_login(reader: Client) -> None:
    assert Client().get(SCHEMA).status_code == 401
    assert reader.get(SCHEMA).status_code == 200


def test_the_page_needs_a_login(reader: Client) -> None:
    response = Client().get(PAGE)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")
    assert reader.get(PAGE).status_code == 200


def test_the_page_has_nothing_inline_that_the_csp_would_refuse(reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"https?://", page) == []
