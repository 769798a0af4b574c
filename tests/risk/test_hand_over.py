"""Handing a case over gives its new office sight of the ENS."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import Recusal, Role, User
from customs_portal.events.models import Event
from customs_portal.reference import snapshot
from declarations.models import Ens, OfficeSight
from risk import rule_sets
from risk.models import Case
from risk.services import Changed, HandOver, Refused, claim, hand_over
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of, publish_demo_rules
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons

ELSEWHERE = "NL000432"
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture
def case(db: None, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    rule_sets.forget()
    store_offices_and_reasons()
    publish_demo_rules(AT - timedelta(days=1))
    return case_of(bananas(AT), AT)


def officer(office: str = OFFICE, role: Role = Role.OFFICER) -> User:
    return person(role, offices=(office,))


def handed(case: Case, by: User, office: str = ELSEWHERE, to: User | None = None,
           reason: str = "Air part", at: datetime = AT) -> object:  # fmt: skip
    order = HandOver(case=case.pk, office=office, officer=to, reason=reason)
    with transaction.atomic():
        [result] = hand_over([order], by=by, reference=snapshot.offline(at), country="NL", at=at)
    return result


def test_the_new_office_sees_and_works_and_the_old_one_still_sees(case: Case) -> None:
    by, colleague = officer(), officer(ELSEWHERE)
    assert list(Ens.objects.visible_to(colleague)) == []
    assert handed(case, by) == Changed(id=case.pk)
    assert list(Ens.objects.visible_to(colleague)) == [case.ens]
    assert list(Case.objects.visible_to(by)) == list(Case.objects.visible_to(colleague)) == [case]
    with transaction.atomic():
        [refused] = claim([case.pk], officer=by, at=AT)
        [claimed] = claim([case.pk], officer=colleague, at=AT)
    assert isinstance(refused, Refused)
    assert claimed == Changed(id=case.pk)


def test_it_can_go_to_one_officer_and_is_told_in_the_story(case: Case) -> None:
    by, colleague = officer(), officer(ELSEWHERE)
    assert handed(case, by, to=colleague) == Changed(id=case.pk)
    case.refresh_from_db()
    assert (case.office, case.assignee, case.assigned_at) == (ELSEWHERE, colleague, AT)
    event = Event.objects.get(kind="case.transferred")
    assert (event.stream, event.actor_id) == (case.ens_id, by.pk)
    assert event.data == {
        "from_office": OFFICE, "office": ELSEWHERE, "officer": colleague.pk, "reason": "Air part",
    }  # fmt: skip


def test_back_and_forth_keeps_one_sight_for_each_office(case: Case) -> None:
    there, here = officer(ELSEWHERE), officer()
    handed(case, here)
    handed(case, there, office=OFFICE, reason="Back")
    handed(case, here, reason="Again")
    assert sorted(OfficeSight.objects.values_list("office", "reason")) == [
        (OFFICE, "Back"), (ELSEWHERE, "Air part"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("office", "reason", "code"),
    [
        ("BE101000", "x", "office"),
        ("NL999999", "x", "office"),
        (OFFICE, "x", "unchanged"),
        (ELSEWHERE, " ", "reason"),
        (ELSEWHERE, "x" * 201, "reason"),
    ],
)
def test_what_cannot_be_is_refused(case: Case, office: str, reason: str, code: str) -> None:
    refused = handed(case, officer(), office=office, reason=reason)
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings] == [code]
    case.refresh_from_db()
    assert case.office == OFFICE
    assert not OfficeSight.objects.exists()
    assert not Event.objects.filter(kind="case.transferred").exists()


def test_who_has_no_part_in_it_is_told_of_no_case(case: Case) -> None:
    for stranger in (officer(ELSEWHERE), person(Role.AUDITOR), person(Role.ANALYST)):
        refused = handed(case, stranger)
        assert isinstance(refused, Refused)
        assert [finding.code for finding in refused.findings] == ["not_found"]


def test_a_case_of_somebody_else_only_a_supervisor_hands_over(case: Case) -> None:
    with transaction.atomic():
        claim([case.pk], officer=officer(), at=AT)
    refused = handed(case, officer())
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings] == ["taken"]
    assert handed(case, officer(role=Role.SUPERVISOR)) == Changed(id=case.pk)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.TRADER])
def test_it_goes_to_nobody_who_may_not_decide(case: Case, role: Role) -> None:
    refused = handed(case, officer(), to=officer(ELSEWHERE, role))
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings] == ["officer"]


def test_it_goes_to_nobody_who_keeps_out_of_it(case: Case) -> None:
    partial = officer(ELSEWHERE)
    Recusal.objects.create(user=partial, eori=SENDER, reason="Shares", declared_at=AT)
    assert isinstance(handed(case, officer(), to=partial), Refused)
    assert handed(case, officer()) == Changed(id=case.pk)
    assert list(Ens.objects.visible_to(partial)) == []
