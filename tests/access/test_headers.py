"""What every page says to the browser, and that no page needs code or styles written into it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from customs_portal.access import Door, rows
from customs_portal.accounts.models import Role
from tests.access.test_ladder import addresses
from tests.access.world import World

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>|<style\b|<[a-z][^>]*\s(?:on[a-z]+|style)=",
    re.IGNORECASE,
)


def pages(world: World) -> Iterator[tuple[str, Any]]:
    """Each page once, as it looks to one who may open it."""
    clients = {role: Client() for role in Role}
    for role, client in clients.items():
        client.force_login(world.people[str(role)])
    places = addresses(world)
    for name, row in sorted(rows().items()):
        if row.verb or row.door in {Door.TOKEN, Door.MONITORING} or not row.roles:
            continue
        if name in {"account_login", "account_logout", "mfa_authenticate", "mfa_login_webauthn"}:
            yield name, Client().get(places[name])
        else:
            yield name, clients[min(row.roles)].get(places[name])


def html_of(response: Any) -> str:
    is_html = "html" in response.get("Content-Type", "") and not response.streaming
    return str(response.content.decode()) if is_html else ""


def test_every_page_is_closed_to_frames_and_foreign_code(world: World) -> None:
    seen, wrong = 0, []
    for name, response in pages(world):
        seen += 1
        policy = response.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
            wrong.append((name, policy))
        if "frame-ancestors 'none'" not in policy or "base-uri 'none'" not in policy:
            wrong.append((name, policy))
        wrong += [(name, key) for key, value in HEADERS.items() if response.get(key) != value]
        html = "html" in response.get("Content-Type", "") and not response.streaming
        wrong += [
            (name, text) for text in INLINE.findall(response.content.decode() if html else "")
        ]
    assert wrong == []
    assert seen > 100


def test_the_pattern_finds_inline_code() -> None:
    bad = ("<script>x</script>", '<p style="color:red">', "<style>", '<a onclick="x">')
    good = (
        '<script src="x.js"></script>',
        '<script type="application/json">{}</script>',
        "<p id=on>",
    )
    assert [bool(INLINE.search(text)) for text in (*bad, *good)] == [True] * 4 + [False] * 3


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:80@evil"])
def test_a_foreign_host_name_is_refused(client: Client, host: str) -> None:
    response = client.get("/account/login/", headers={"host": host})
    assert response.status_code == 400
    assert host.encode() not in response.content


def test_a_forwarded_host_name_changes_nothing(client: Client) -> None:
    page = client.get("/account/login/", headers={"x-forwarded-host": "evil.example"})
    assert page.status_code == 200
    assert b"evil.example" not in page.content
