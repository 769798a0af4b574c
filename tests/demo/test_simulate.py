"""The simulator over HTTP against a stand-in for the portal."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customs_portal.demo import people
from tests.demo.conftest import StandIn


def simulate(demo_file: Path, count: int, **options: object) -> str:
    output = StringIO()
    call_command(
        "simulate",
        count=count,
        rate=1000.0,
        seed=11,
        demo_file=demo_file,
        stdout=output,
        **options,
    )
    return output.getvalue()


def test_every_answer_as_expected_ends_well(stand_in: StandIn, demo_file: Path) -> None:
    written = simulate(demo_file, 60)
    assert len(stand_in.answers) == 60
    assert "51 of 51 CC328A\n" in written
    assert written.endswith("60 sent, 0 not as expected\n")
    assert len(stand_in.senders) > 3


def test_a_difference_is_shown_and_ends_with_1(stand_in: StandIn, demo_file: Path) -> None:
    stand_in.wrong = set(range(20))
    with pytest.raises(CommandError) as raised:
        simulate(demo_file, 20)
    assert raised.value.returncode == 1


def test_an_answer_that_never_comes_is_a_difference(stand_in: StandIn, demo_file: Path) -> None:
    stand_in.silent = {1}
    with pytest.raises(CommandError):
        simulate(demo_file, 3, limit=0.0)


def test_a_sender_without_token_is_refused_before_anything_is_sent(
    stand_in: StandIn, demo_file: Path
) -> None:
    demo_file.write_text(json.dumps({"url": stand_in.url, "tokens": []}))
    with pytest.raises(CommandError, match="no token for NL900000011"):
        simulate(demo_file, 3)
    assert stand_in.answers == {}


def test_tokens_on_the_command_line_are_used(stand_in: StandIn, demo_file: Path) -> None:
    demo_file.write_text(json.dumps({"url": stand_in.url, "tokens": []}))
    given = [f"{eori}=token-{eori}" for eori in people.senders()]
    assert simulate(demo_file, 5, token=given).endswith("5 sent, 0 not as expected\n")
