"""Natural persons are masked beside declarations too: in changes, screened names, finds."""

from collections.abc import Iterator

import pytest
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customs_portal.accounts.models import Mandate, Operator, Role, User
from customs_portal.clock import now
from customs_portal.events.models import Change
from risk.models import ConfirmedFind, ScreenedName
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.fixtures.standing import Standing

FORMER, NOW, STREET = "Grietje Former", "Grietje Present", "Kerkstraat 99"


@pytest.fixture(scope="module")
def _stored(standing: Standing) -> Iterator[None]:
    with standing.rows(store_offices_and_reasons):
        yield


@pytest.fixture
def renamed(_stored: None, db: None) -> Operator:
    """A natural person of the register who was called otherwise before."""
    operator = Operator.objects.create(
        eori="NL777777777", name=FORMER, street=STREET, natural_person=True
    )
    Operator.objects.filter(pk=operator.pk).update(name=NOW)
    Operator.objects.create(eori="NL888888888", name="Former Firm BV")
    return operator


def seen_by(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def trail_file(user: User, day: str) -> str:
    client = Client()
    client.force_login(user)
    asked = {"day": day, "whose": "all", "purpose": "Yearly audit", "format": "jsonl"}
    return client.post(reverse("audit_export"), asked).content.decode()


def test_the_trail_and_its_file_tell_former_names_by_initials(renamed: Operator) -> None:
    auditor, day = person(Role.AUDITOR), f"{timezone.localdate(Change.objects.latest('id').at)}"
    page = seen_by(auditor, f"{reverse('audit')}?whose=all&day={day}")
    for told in (page, trail_file(auditor, day)):
        assert "name from G. F. to G. P." in told
        assert "Former Firm BV" in told
        assert not [name for name in (FORMER, NOW, STREET) if name in told]


def test_the_change_itself_is_masked_in_the_admin(renamed: Operator) -> None:
    auditor = person(Role.AUDITOR)
    for change in Change.objects.filter(changed_table="accounts_operator", row_id=str(renamed.pk)):
        address = reverse("admin:events_change_change", args=[quote(change.pk)])
        told = seen_by(auditor, address)
        assert not [name for name in (FORMER, NOW, STREET) if name in told]


def test_the_history_of_a_person_is_masked_by_role(renamed: Operator) -> None:
    address = reverse("admin:accounts_operator_history", args=[renamed.pk])
    assert FORMER not in seen_by(person(Role.AUDITOR), address)
    assert FORMER in seen_by(person(Role.ADMINISTRATOR), address)


@pytest.mark.parametrize(("role", "finds"), [(Role.AUDITOR, False), (Role.OFFICER, True)])
def test_searching_tells_nobody_what_is_not_shown(
    renamed: Operator, role: Role, finds: bool
) -> None:
    agent = Operator.objects.get(eori="NL888888888")
    Mandate.objects.create(
        operator=renamed, representative=agent, scopes=["read"], granted_at=now(),
        granted_by=person(Role.ADMINISTRATOR),
    )  # fmt: skip
    found = seen_by(person(role), reverse("admin:accounts_mandate_changelist") + "?q=Grietje")
    assert (agent.eori in found) is finds


@pytest.mark.usefixtures("_stored", "db")
def test_screened_names_and_finds_are_told_by_initials() -> None:
    for kind, written in (("name", FORMER), ("address", STREET), ("name", "Former Firm BV")):
        ScreenedName.objects.create(
            kind=kind, key=written.lower(), written=written,
            country="NL", first_seen_at=now(),
        )  # fmt: skip
    ConfirmedFind.objects.create(
        kind="party", value="former grietje|NL", ens=1, control=1, found_at=now()
    )
    for role in (Role.AUDITOR, Role.ANALYST):
        user = person(role)
        names = seen_by(user, reverse("admin:risk_screenedname_changelist"))
        assert ("G. F." in names, "Former Firm BV" in names) == (True, True)
        told = names + seen_by(user, reverse("admin:risk_confirmedfind_changelist"))
        keys = [("screenedname", row.pk) for row in ScreenedName.objects.all()]
        keys += [("confirmedfind", row.pk) for row in ConfirmedFind.objects.all()]
        for model, key in keys:
            told += seen_by(user, reverse(f"admin:risk_{model}_change", args=[key]))
        assert "F. G. NL" in told
        assert not [part for part in ("Grietje", "grietje", "Kerkstraat") if part in told]
