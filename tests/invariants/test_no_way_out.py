"""Whatever fails, wherever: a person gets a case or the trader gets a refusal, never `no risk`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customs_portal.events import advance
from declarations.models import Ens
from messaging.formats.ics1.writing import write_declaration
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage
from risk.models import Assessment, Case
from risk.services.failsafe import open_unassessed
from tests.messaging.builders import envelope, minimal_document
from tests.pipeline.conftest import AT, publish
from tests.pipeline.conftest import lodger as lodger  # noqa: PLC0414  a fixture
from tests.pipeline.conftest import officer as officer  # noqa: PLC0414  a fixture
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture
from tests.pipeline.test_main_job import BANANAS, flagged, send_bytes

STAGES = (
    "messaging.consumers.intake.judge",
    "messaging.consumers.intake.claim",
    "messaging.received.declarations.lodge",
    "messaging.received.declarations.reject",
    "messaging.consumers.intake._store",
    "declarations.services.registering.write_projection",
    "declarations.services.lodge.start_clocks",
    "messaging.consumers.reply.number",
    "messaging.consumers.reply.write",
    "messaging.consumers.reply._mark_answered",
    "risk.services.assess.in_force",
    "risk.services.assess.lock_ens",
    "risk.services.assess.conclude",
    "risk.services.assess._store",
    "risk.services.assess.open_cases",
    "risk.services.assess._record",
)
"""Where something can fail between the receipt of a message and the case: names that are called."""

MESSAGES: tuple[Callable[[], Any], ...] = (
    minimal_document,
    flagged,
    lambda: minimal_document(office_of_first_entry="DE004600"),
)


@pytest.fixture
def sender(lodger: str) -> str:
    """A sender at a site with one rule."""
    publish(("TST-01", BANANAS))
    return lodger


class Broken(Exception):
    """What the test throws."""


@contextmanager
def failing(stage: str, calls: set[int]) -> Iterator[None]:
    """Let those calls of a function fail, the others work."""
    module, _, name = stage.rpartition(".")
    real = getattr(import_module(module), name)
    made: list[int] = []

    def sometimes(*args: Any, **kwargs: Any) -> Any:
        made.append(len(made))
        if made[-1] in calls:
            raise Broken(stage)
        return real(*args, **kwargs)

    with patch(stage, sometimes):
        yield


def drained(failures: dict[str, set[int]]) -> None:
    """Let hours pass at a site where these calls fail, and then let the fail-safe look."""
    with ExitStack() as stack:
        for stage, calls in failures.items():
            stack.enter_context(failing(stage, calls))
        for hour in range(6):
            advance.drain(at=AT + timedelta(hours=hour))
    with transaction.atomic():
        open_unassessed(at=AT + timedelta(days=30))


def is_safe(message: InboundMessage) -> bool:
    """Refused to the trader, or before a person, or passed by the rules."""
    ens = Ens.objects.filter(mrn=message.mrn).first() if message.mrn else None
    if ens is None:
        return message.judged_at is not None and message.findings != []
    return Case.objects.open().filter(ens=ens).exists() or _passed_by_rules(ens)


def _passed_by_rules(ens: Ens) -> bool:
    made = Assessment.objects.filter(ens=ens, kind="full", outcome="none", hits=[])
    return made.filter(result="no_risk").exists()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kinds=st.lists(st.integers(0, len(MESSAGES) - 1), min_size=1, max_size=4),
    failures=st.dictionaries(
        st.sampled_from(STAGES),
        st.one_of(st.just(set(range(1000))), st.sets(st.integers(0, 8), min_size=1)),
        min_size=1,
        max_size=3,
    ),
)
def test_no_path_leads_from_an_error_to_no_risk(
    sender: str, kinds: list[int], failures: dict[str, set[int]]
) -> None:
    with transaction.atomic():
        for number, kind in enumerate(kinds):
            document = msgspec.structs.replace(MESSAGES[kind](), lrn=f"LRN{number}")
            send_bytes(sender, write_declaration(document, envelope(message_id=f"M{number}")))
        drained(failures)
        assert [m.pk for m in InboundMessage.objects.all() if not is_safe(m)] == []
        assert [breach.invariant.name for breach in breaches(Scope())] == []
        transaction.set_rollback(True)


@pytest.mark.parametrize("stage", STAGES)
def test_a_flagged_declaration_is_never_passed_whatever_fails(sender: str, stage: str) -> None:
    send_bytes(sender, write_declaration(flagged(), envelope()))
    drained({stage: set(range(1000))})
    message = InboundMessage.objects.get()
    assert not Assessment.objects.filter(result="no_risk").exists()
    if message.mrn:
        assert Case.objects.open().get().ens.mrn == message.mrn
    assert is_safe(message)
    assert [breach.invariant.name for breach in breaches(Scope())] == []
