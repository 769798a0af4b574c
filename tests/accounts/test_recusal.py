"""Officials who keep out of an operator meet nothing that names it."""

from datetime import datetime

import msgspec
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Recusal, Role, User
from customs_portal.clock import now
from declarations.document import Document, Party
from declarations.models import Ens
from risk import policies
from risk.models import Case, Decision
from risk.services import Changed, DecisionOrder, Refused, claim, claim_next, decide
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of
from tests.factories.linked import FORWARDER, house, linked, master
from tests.factories.people import person

FRIEND = "NL777777777"

pytestmark = pytest.mark.usefixtures("rules")


def keep_out(user: User, eori: str = FRIEND) -> None:
    Recusal.objects.create(user=user, eori=eori, reason="My brother's firm", declared_at=now())


def naming(role: str, at: datetime) -> Document:
    """A declaration in which the friend has this part; on an item for roles of items."""
    friend = Party(identifier=FRIEND)
    document = bananas(at)
    if role.startswith("item."):
        item = msgspec.structs.replace(next(document.items()), **{role[5:]: friend})
        consignment = msgspec.structs.replace(document.consignments[0], items=(item,))
        return msgspec.structs.replace(document, consignments=(consignment,))
    return msgspec.structs.replace(document, **{role: friend})


@pytest.mark.parametrize(
    "role",
    ["declarant", "representative", "carrier", "consignor", "consignee", "notify_party",
     "item.consignee"],
)  # fmt: skip
def test_whatever_part_it_has(role: str, at: datetime) -> None:
    officer, colleague = (person(Role.OFFICER, offices=(OFFICE,)) for _ in range(2))
    keep_out(officer)
    case = case_of(naming(role, at), at)
    assert not Case.objects.visible_to(officer).exists()
    assert not Ens.objects.visible_to(officer).exists()
    assert list(policies.workable_by(officer)) == []
    assert not policies.may_work_on(officer, case)
    assert list(Case.objects.visible_to(colleague)) == [case]
    assert policies.may_work_on(colleague, case)


@pytest.mark.parametrize(
    ("role", "office"), [(Role.OFFICER, "NL000900"), (Role.SUPERVISOR, OFFICE), (Role.ANALYST, "")]
)
def test_whoever_it_is(role: Role, office: str, at: datetime) -> None:
    official = person(role, offices=(office,) if office else ())
    case = case_of(naming("consignee", at), at)
    assert list(Case.objects.visible_to(official)) == [case]
    keep_out(official)
    assert not Case.objects.visible_to(official).exists()
    assert not Ens.objects.visible_to(official).exists()


def test_the_next_case_is_one_without_it(at: datetime) -> None:
    officer = person(Role.OFFICER, offices=(OFFICE,))
    keep_out(officer)
    case_of(naming("consignee", at), at)
    other = case_of(bananas(at), at)
    with transaction.atomic():
        assert claim_next(officer=officer, at=now()) == other
        assert claim_next(officer=officer, at=now()) is None


def test_claiming_and_deciding_are_refused_and_change_nothing(at: datetime) -> None:
    officer = person(Role.OFFICER, offices=(OFFICE,))
    case = case_of(naming("consignee", at), at)
    with transaction.atomic():
        assert claim([case.pk], officer=officer, at=now()) == [Changed(id=case.pk)]
    keep_out(officer, FRIEND.lower())
    order = DecisionOrder(
        case=case.pk, revision=1, verb="no_further_action", reason_code="NFA-01", note=""
    )
    with transaction.atomic():
        refused = [*claim([case.pk], officer=officer, at=now()),
                   *decide([order], officer=officer, at=now())]  # fmt: skip
    assert all(isinstance(each, Refused) for each in refused)
    assert not Decision.objects.exists()


def test_the_pages_do_not_exist(client: Client, at: datetime) -> None:
    officer = person(Role.OFFICER, offices=(OFFICE,))
    keep_out(officer)
    case = case_of(naming("consignee", at), at)
    client.force_login(officer)
    assert client.get(reverse("review", args=[case.pk])).status_code == 404
    assert client.get(reverse("ens", args=[case.ens.mrn])).status_code == 404
    assert client.post(reverse("claim", args=[case.pk])).status_code == 404
    assert case.ens.mrn not in client.get(reverse("queue")).content.decode()
    found = client.get(reverse("search"), {"q": FRIEND}).content.decode()
    assert case.ens.mrn not in found


def test_a_house_that_is_part_of_another_declaration_is_kept_from_them(
    client: Client, at: datetime
) -> None:
    kept, colleague = (person(Role.OFFICER, offices=("NL000900",)) for _ in range(2))
    top, lower = master(at), house(at)
    linked([top, lower], at)
    lower.refresh_from_db()
    assert lower.absorbed_by == top
    keep_out(kept, FORWARDER)
    address = reverse("ens", args=[lower.mrn])
    for official, status, count in ((colleague, 200, 2), (kept, 404, 0)):
        client.force_login(official)
        assert client.get(address).status_code == status
        assert Ens.objects.visible_to(official).count() == count
    case = Case(ens=lower, office="NL000900")
    assert policies.is_recused(kept, case)
    assert not policies.is_recused(colleague, case)


def test_an_ended_recusal_counts_no_more(at: datetime) -> None:
    officer = person(Role.OFFICER, offices=(OFFICE,))
    keep_out(officer, SENDER)
    Recusal.objects.update(valid_to=now().date())
    case = case_of(bananas(at), at)
    assert list(Case.objects.visible_to(officer)) == [case]
