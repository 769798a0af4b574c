"""People who approve and publish at the same moment, and publishing while assessments go on."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from customs_portal.accounts.models import Role
from customs_portal.clock import now
from customs_portal.events import wake
from customs_portal.reference import snapshot
from declarations.services.results import Refused
from risk import rule_sets
from risk.composition import Change
from risk.models import Assessment, RuleSetVersion, RuleVersion
from risk.services.approving import Approved, approve
from risk.services.publications import Published, publish
from tests.factories.declarations import assessed, harmless, lodged, publish_demo_rules
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.factories.rules import approved, proposed, wanted


@pytest.fixture(autouse=True)
def _reference(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    monkeypatch.setattr(wake, "wake", lambda consumers: None)
    rule_sets.forget()
    store_offices_and_reasons()
    yield
    rule_sets.forget()


def together(*verbs: Callable[[], object]) -> list[object]:
    """Do these at the same moment, each in a transaction of its own, and return what came of it."""
    start, results = threading.Barrier(len(verbs)), [None] * len(verbs)

    def run(place: int, verb: Callable[[], object]) -> None:
        try:
            start.wait(120)
            with transaction.atomic():
                results[place] = verb()  # type: ignore[call-overload]  # filled by its thread
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, verb)) for place, verb in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    return list(results)


def test_two_people_approve_one_draft_at_once_and_one_version_comes_of_it() -> None:
    at, writer = now(), person(Role.ANALYST)
    draft = proposed(writer, at)
    approvers = [person(Role.APPROVER) for _ in range(2)]

    def verb(number: int) -> Callable[[], object]:
        return lambda: approve(draft.pk, revision=draft.revision, approver=approvers[number], at=at)

    results = together(verb(0), verb(1))
    assert sorted(type(each).__name__ for each in results) == ["Approved", "Refused"]
    assert RuleVersion.objects.filter(rule=draft.rule).count() == 1
    [refused] = [each for each in results if isinstance(each, Refused)]
    assert [finding.code for finding in refused.findings] == ["state"]
    assert any(isinstance(each, Approved) for each in results)


def test_two_people_publish_at_once_and_the_second_looks_again() -> None:
    at, writer, approver = now(), person(Role.ANALYST), person(Role.APPROVER)
    one, two = (approved(writer, approver, at) for _ in range(2))
    waiting = [wanted(Change(versions=(each.pk,)), writer, at) for each in (one, two)]
    publishers = [person(Role.APPROVER) for _ in range(2)]

    def verb(number: int) -> Callable[[], object]:
        return lambda: publish(waiting[number].pk, seen=0, publisher=publishers[number], at=at)

    results = together(verb(0), verb(1))
    assert sorted(type(each).__name__ for each in results) == ["Published", "Refused"]
    assert RuleSetVersion.objects.count() == 1
    [refused] = [each for each in results if isinstance(each, Refused)]
    assert [finding.code for finding in refused.findings] == ["changed"]


def test_assessments_go_on_with_the_whole_old_set_while_one_is_published() -> None:
    at = now() - timedelta(minutes=10)
    publish_demo_rules(at)
    writer, approver = person(Role.ANALYST), person(Role.APPROVER)
    version = approved(writer, approver, at, code="LMP-01")
    waiting = wanted(Change(versions=(version.pk,)), writer, at)
    with transaction.atomic():
        result = publish(waiting.pk, seen=1, publisher=approver, at=at)
        assert isinstance(result, Published)
        [meanwhile] = together(lambda: assessed(lodged(harmless(at), at), at).pk)
    after = assessed(lodged(harmless(at), at), at).pk
    numbers = dict(Assessment.objects.values_list("ens", "rule_set__number"))
    assert numbers == {meanwhile: 1, after: 2}
