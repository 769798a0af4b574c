"""Lodging without the middleware of pages, as the web server runs it."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from customs_portal.client.batch import multipart
from messaging.models import InboundMessage
from tests.api.conftest import MESSAGES, System

pytestmark = pytest.mark.django_db


class Answer:
    """A whole answer of the WSGI application."""

    def __init__(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        from customs_portal.wsgi import application

        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
            **headers,
        }
        response = application(environ, self._start)
        self.body = b"".join(response)

    def _start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status = int(status[:3])
        self.headers = dict(headers)


@pytest.fixture(autouse=True)
def _connection_stays_open(settings: Any) -> Iterator[None]:
    """The end of a request would close the connection that holds the test's transaction."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["testserver"]
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_a_message_is_taken_with_the_headers_of_security(trader: System) -> None:
    token = f"Token {trader.token}"
    answer = Answer("POST", MESSAGES, b"<x/>", HTTP_AUTHORIZATION=token)
    assert answer.status == 202
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert "Set-Cookie" not in answer.headers
    assert InboundMessage.objects.count() == 1


def test_a_batch_is_taken(trader: System) -> None:
    body, media_type = multipart([b"<x/>", b"<y/>"])
    token = f"Token {trader.token}"
    answer = Answer(
        "POST", f"{MESSAGES}/batch", body, HTTP_AUTHORIZATION=token, CONTENT_TYPE=media_type
    )
    assert answer.status == 202
    assert InboundMessage.objects.count() == 2


@pytest.mark.parametrize("path", [MESSAGES, f"{MESSAGES}/batch"])
def test_without_a_token_nothing_is_taken(path: str) -> None:
    assert Answer("POST", path, b"<x/>").status == 401
    assert Answer("GET", path).status == 405
    assert not InboundMessage.objects.exists()


def test_everything_else_goes_by_the_whole_way() -> None:
    answer = Answer("GET", "/")
    assert (answer.status, answer.headers["Location"]) == (302, "/account/login/?next=/")
    assert "Content-Security-Policy" in answer.headers
