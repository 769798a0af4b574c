"""What people edit keeps its history, whatever way it is changed."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Operator, Role, User
from customs_portal.accounts.services import issue_token
from customs_portal.clock import now
from customs_portal.events.changes import told_as
from customs_portal.events.models import Change
from messaging.models import Partner
from tests.factories.partners import entry

pytestmark = pytest.mark.django_db
EDITED = {
    "accounts.User", "accounts.Operator", "accounts.OperatorMembership", "accounts.Mandate",
    "accounts.OfficeMembership", "accounts.Team", "accounts.TeamMembership",
    "accounts.Substitution", "accounts.Recusal", "accounts.ApiToken", "declarations.Outage",
    "messaging.Partner", "risk.RiskProfile", "risk.ReferenceList", "risk.ReferenceListEntry",
}  # fmt: skip


def changes(table: str) -> list[Change]:
    return list(Change.objects.filter(changed_table=table).order_by("pk"))


def test_all_that_people_edit_is_tracked() -> None:
    tracked = {
        model._meta.label
        for model in apps.get_models()
        if any(trigger.name == "tracked" for trigger in getattr(model._meta, "triggers", ()))
    }
    assert tracked >= EDITED


def test_making_changing_and_removing_a_row_are_told_with_their_values() -> None:
    partner = Partner.objects.create(country="BE", name="Belgium")
    with told_as(actor=7, address="192.0.2.9", reason="New name"):
        Partner.objects.filter(pk=partner.pk).update(name="Kingdom of Belgium")
    key = str(partner.pk)
    partner.delete()
    made, changed, removed = changes("messaging_partner")
    assert (made.operation, made.row_id, made.before) == ("insert", key, {})
    assert made.after["country"] == "BE"
    assert (made.actor_id, made.address, made.reason) == (None, None, "")
    assert (changed.before, changed.after) == (
        {"name": "Belgium"},
        {"name": "Kingdom of Belgium"},
    )
    assert (changed.actor_id, changed.address, changed.reason) == (7, "192.0.2.9", "New name")
    assert (removed.operation, removed.after) == ("delete", {})
    assert removed.before["name"] == "Kingdom of Belgium"


def test_saving_without_a_difference_is_no_change() -> None:
    partner = Partner.objects.create(country="BE", name="Belgium")
    partner.save()
    assert len(changes("messaging_partner")) == 1


def test_of_a_password_only_the_change_is_kept() -> None:
    user = User.objects.create_user("anna", password="korenbloem-7-wolken", role=Role.OFFICER)
    user.set_password("papaver-8-wolken")
    user.save()
    told = [change.after["password"] for change in changes("accounts_user")]
    assert told == ["(hidden)", "(hidden)"]
    user.last_login = now()
    user.save()
    assert len(changes("accounts_user")) == 2


def test_a_token_is_told_by_its_key_and_never_by_its_digest() -> None:
    operator = Operator.objects.create(eori="NL123456789", name="Firm")
    issue_token(operator=operator, at=now())
    [change] = changes("accounts_apitoken")
    assert change.after["digest"] == "(hidden)"
    assert change.row_id == change.after["token_key"]


def test_a_change_in_the_admin_names_who_from_where_and_why() -> None:
    administrator = User.objects.create_user("beheer", role=Role.ADMINISTRATOR)
    client = Client(REMOTE_ADDR="198.51.100.4")
    client.force_login(administrator)
    data = entry(
        kind="administration", country="BE", name="Belgium", change_reason="Treaty of 1831"
    )
    assert client.post(reverse("admin:messaging_partner_add"), data).status_code == 302
    told = {
        (change.actor_id, change.address, change.reason) for change in changes("messaging_partner")
    }
    assert told == {(administrator.pk, "198.51.100.4", "Treaty of 1831")}
    Partner.objects.update(name="B")
    assert changes("messaging_partner")[-1].actor_id is None


def change_log(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM events_change", "UPDATE events_change SET reason = 'x'"]
)
def test_the_log_of_changes_is_never_changed(statement: Any) -> None:
    Partner.objects.create(country="BE", name="Belgium")
    with pytest.raises(IntegrityError, match="never changed"):
        change_log(statement)
