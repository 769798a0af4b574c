"""Schemathesis at every operation: made-up requests get an answer that the document knows.

SCHEMA_EXAMPLES raises the number of requests for each operation.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis import GenerationMode

from customs_portal import clock
from customs_portal.accounts.models import Role
from customs_portal.accounts.services import issue_list_token
from customs_portal.api import urls
from customs_portal.reference import snapshot
from customs_portal.wsgi import application
from declarations.services.attachments import BEGINNINGS, MOST_AT_ONCE
from risk.models import ReferenceList
from tests.api.conftest import answer, ask_of, send, system
from tests.factories.people import person
from tests.messaging.builders import LODGER, minimal_ie315

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "20"))
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
NOT_TOLD_APART = {
    "include-name": "POST /api/v1/messages/batch",
    "checks": {"negative_data_rejection": {"enabled": False}},
}
"""A form does not tell one message from a list of one, nor a number from a text."""
NOT_DESCRIBED = {
    "include-name": "POST /api/v1/lists/{code}",
    "checks": {"positive_data_acceptance": {"enabled": False}},
}
"""What rows a list may have no schema says."""
CONFIG = schemathesis.Config.from_dict(
    {
        "generation": {"with-security-parameters": False},
        "operations": [NOT_TOLD_APART, NOT_DESCRIBED],
    }
)
SCHEMA = schemathesis.openapi.from_path(DOCUMENT, config=CONFIG)
SCHEMA.app = application
_FOUND: list[Any] = list(SCHEMA.get_all_operations())
OPERATIONS = {each.ok().label: each.ok() for each in _FOUND}
UNDESCRIBED = {"schema": "the document itself", "docs": "the page to read it"}
MODES = tuple(GenerationMode)
for beginning, kind in BEGINNINGS:
    files: Any = st.lists(st.binary().map(beginning.__add__), min_size=1, max_size=MOST_AT_ONCE)
    schemathesis.openapi.media_type(kind, files)


@dataclass(frozen=True)
class Stored:
    """What there is to be found, by the name of the parameter, and for whom."""

    parameters: dict[str, str]
    callers: list[dict[str, str]]


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Stored:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    settings.MESSAGE_WAITERS = 0
    owner = system(LODGER)
    correlation = owner.post(minimal_ie315(sender=LODGER)).json()["id"]
    answer(correlation, LODGER)
    asked = ask_of(LODGER)
    parameters = {
        "correlation": correlation,
        "key": str(send(LODGER)),
        "mrn": str(asked.filing.mrn),
        "reference": asked.reference,
        "code": ReferenceList.objects.create(code="firms", name="Firms", kind="companies").code,
    }
    lodger, reader = system("NL111111111", scopes=["lodge"]), system("NL222222222", scopes=["read"])
    lists = issue_list_token(analyst=person(Role.ANALYST), at=clock.now())
    tokens = (owner.token, lodger.token, reader.token, lists)
    return Stored(parameters, [*({"Authorization": f"Token {each}"} for each in tokens), {}])


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Let a request use the connection of the test, as Django's client does, then roll back."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


def requests(operation: Any, stored: Stored) -> st.SearchStrategy[Any]:
    """Return right and wrong requests, about what there is and about what there is not."""
    own = {each.name: stored.parameters[each.name] for each in operation.path_parameters}
    made_up: list[st.SearchStrategy[Any]] = [
        operation.as_strategy(mode, path_parameters=about)
        for mode in MODES
        for about in (None, own)
    ]
    return st.one_of(made_up)


def test_no_operation_is_left_out() -> None:
    described = {path.removeprefix("/api/v1/") for path in SCHEMA.raw_schema["paths"]}
    routes = {str(each.pattern) for each in urls.urlpatterns if each.name not in UNDESCRIBED}
    assert {re.sub(r"<str:(\w+)>", r"{\1}", route) for route in routes} == described


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_sent_is_answered_as_described(label: str, stored: Stored) -> None:
    @examples(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=requests(OPERATIONS[label], stored), headers=st.sampled_from(stored.callers))
    def judge(case: Any, headers: dict[str, str]) -> None:
        with nothing_left_behind():
            case.call_and_validate(headers=headers)

    judge()


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_edges_of_what_may_be_sent_are_answered_as_described(
    label: str, stored: Stored
) -> None:
    operation = OPERATIONS[label]
    edges = SCHEMA.iter_coverage_cases(
        operation, generation_modes=list(MODES), generation_config=SCHEMA.config.generation
    )
    for case in edges:
        for headers in stored.callers[::3]:
            with nothing_left_behind():
                case.call_and_validate(headers=headers)
