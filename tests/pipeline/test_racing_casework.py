"""Decisions, questions and undoing at once, on real transactions: one comes first, whole."""

from datetime import timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import OfficeMembership, Role, User
from customs_portal.events import advance
from customs_portal.reference.models import Office
from declarations.models import Ens, Measure, Referral
from declarations.services.answers import Answer, answer
from declarations.services.results import Changed as Taken
from risk.models import Case, Decision, DecisionProposal
from risk.services import Changed, Decided, Signed, Undone, decide, sign, undo, withdraw
from tests.pipeline.conftest import AT
from tests.pipeline.test_questions import ask, filer
from tests.pipeline.test_racing import at_once, ens, is_sound
from tests.pipeline.test_undo import UNDO, order

__all__ = ["ens", "filer"]
pytestmark = [pytest.mark.django_db(transaction=True)]
LATE = AT + UNDO + timedelta(seconds=1)


def colleague(name: str) -> User:
    user = User.objects.create_user(name, password="x", role=Role.OFFICER)
    OfficeMembership.objects.create(user=user, office=Office.objects.get(reference="NL000396"))
    return user


def test_two_officers_decide_at_once(ens: Ens, officer: User) -> None:
    case, other = Case.objects.get(), colleague("other")

    def decided(by: User) -> object:
        with transaction.atomic():
            return decide([order(case)], officer=by, at=AT)[0]

    results = at_once(lambda: decided(officer), lambda: decided(other))
    advance.drain(at=AT)
    assert sum(isinstance(result, Decided) for result in results) == 1
    assert (Decision.objects.count(), Measure.objects.count()) == (1, 1)
    assert is_sound()


def test_two_colleagues_sign_at_once(ens: Ens, officer: User) -> None:
    case = Case.objects.get()
    wanted = order(case, verb="no_further_action", reason_code="NFA-06", announce=False)
    with transaction.atomic():
        decide([wanted], officer=officer, at=AT)

    def signed(by: User) -> object:
        with transaction.atomic():
            return sign([case.pk], officer=by, at=AT)[0]

    first, second = colleague("first"), colleague("second")
    results = at_once(lambda: signed(first), lambda: signed(second))
    assert sum(isinstance(result, Signed) for result in results) == 1
    assert (Decision.objects.count(), DecisionProposal.objects.get().state) == (1, "signed")
    assert is_sound()


def test_an_answer_and_a_withdrawal_at_once(ens: Ens, officer: User, filer: User) -> None:
    asked = ask(Case.objects.get(), officer)

    def answered() -> object:
        with transaction.atomic():
            return answer(Answer(reference=asked.reference, text="Yes."), user=filer, at=AT)

    def withdrawn() -> object:
        with transaction.atomic():
            return withdraw([asked.pk], note="", officer=officer, at=AT)[0]

    results = at_once(answered, withdrawn)
    advance.drain(at=AT)
    assert [isinstance(r, (Taken, Changed)) for r in results].count(True) == 1
    assert Referral.objects.get().status in ("answered", "withdrawn")
    assert is_sound()


def test_undoing_and_delivering_at_once(ens: Ens, officer: User) -> None:
    case = Case.objects.get()
    with transaction.atomic():
        decide([order(case)], officer=officer, at=AT, undo=UNDO)

    def undone() -> object:
        with transaction.atomic():
            return undo([case.pk], officer=officer, at=AT + timedelta(seconds=9))[0]

    [result, _delivered] = at_once(undone, lambda: advance.drain(at=LATE))
    advance.drain(at=LATE)
    measure = Measure.objects.get()
    assert measure.status == ("undone" if isinstance(result, Undone) else "in_force")
    assert is_sound()
