"""Production by compose.yaml and docs/operations.md: from nothing to a message and new keys."""

import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest

from customs_portal.runtime.instance import ROOT
from tests.fixtures.portal import free_port
from tests.pipeline.test_main_job import flagged
from tests.processes.composed import compose
from tests.processes.declaring import of_today
from tests.processes.production import STAYING, Production, production
from tests.processes.rotating import SECRET
from tests.processes.site import PATIENCE, until

pytestmark = pytest.mark.processes


@pytest.fixture
def live() -> Iterator[Production]:
    with tempfile.TemporaryDirectory(prefix="customs-portal-live-") as name:
        Path(name).chmod(0o711)
        with production(Path(name), free_port()) as found:
            yield found


def said(live: Production, module: str, *arguments: str) -> str:
    django = ("env", "DJANGO_SETTINGS_MODULE=customs_portal.settings")
    script = (sys.executable, "-W", "ignore", "-m", f"tests.processes.{module}")
    done = live.run(*django, *script, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def guided(command: str) -> str:
    """Return the command of the guide that begins so."""
    guide = (ROOT / "docs" / "operations.md").read_text()
    [found] = {each for each in re.findall(r"`(manage\.py [^`]+)`", guide) if command in each}
    return str(found)


def install(live: Production) -> None:
    """Run what runs once, then start what stays; all of it is well."""
    done = live.run(*compose()["services"]["init"]["command"], service="init")
    assert done.returncode == 0, done.stderr
    live.manage("manage.py check --deploy --fail-level WARNING")
    live.manage(guided("create_user").replace("NAME", "first"), typed=f"{token_urlsafe(12)}\n")
    live.manage("manage.py rotate_partner_key")
    live.start(*STAYING)
    live.wait_until_well(*STAYING)


def lodge(live: Production, token: str) -> bytes:
    """Lodge what hits a rule and goes on to Belgium; return the answer."""
    signed = f"Token {token}"
    deadline = time.monotonic() + PATIENCE
    status, answer = live.ask(
        "POST", "/api/v1/messages?wait=20", of_today(flagged), Authorization=signed
    )
    while status == 202 and time.monotonic() < deadline:
        path = f"/api/v1/messages/{json.loads(answer)['id']}?wait=20"
        status, answer = live.ask("GET", path, Authorization=signed)
    assert status == 200, answer
    return answer


def reads_schema(live: Production, session: str) -> bool:
    return live.ask("GET", "/api/v1/schema", Cookie=f"portal_session={session}")[0] == 200


def published(live: Production) -> list[Any]:
    found: list[Any] = json.loads(live.ask("GET", "/exchange/v1/keys")[1])["keys"]
    return found


def new_keys(live: Production) -> None:
    """Put a new key of each kind into place, the former one of sessions among the fallbacks."""
    former = (live.secrets / "secret_key").read_text()
    (live.secrets / "secret_key_fallbacks").write_text(former)
    for name in ("secret_key", "sampling_key"):
        (live.secrets / name).write_text(f"{token_urlsafe(64)}\n")


def test_from_nothing_to_a_message_at_a_partner_and_new_keys(live: Production) -> None:
    install(live)
    made = json.loads(said(live, "people"))
    session = json.loads(said(live, "rotating", "make"))["session"]
    assert b"CC328A" in lodge(live, made["token"])
    until(lambda: said(live, "conclude") == "1")
    until(lambda: any((live.directory / "exchange" / "be" / "out").glob("*.json")))

    assert len(published(live)) == 1
    live.manage("manage.py rotate_partner_key --notice 0")
    assert len(published(live)) == 2

    new_keys(live)
    live.stop()
    live.start("web")
    live.wait_until_well("web")
    live.manage("manage.py check --deploy --fail-level WARNING")
    assert reads_schema(live, session)
    assert "1 encrypted anew" in live.manage("manage.py renew_second_steps")
    (live.secrets / "secret_key_fallbacks").write_text("")
    live.stop()
    live.start("web")
    live.wait_until_well("web")
    assert said(live, "rotating", "read") == SECRET
    assert not reads_schema(live, session)
    live.manage("manage.py check_invariants --all")
