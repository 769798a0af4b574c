"""A mandate to read shows the declarant's filings and nothing of others, and it ends."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Mandate, Operator, Role, User
from customs_portal.clock import now
from declarations.models import Filing
from tests.factories.declarations import SENDER, harmless, lodged
from tests.factories.people import operator, person

AGENT = "NL900000022"


@pytest.fixture
def agent(client: Client) -> User:
    user = person(Role.TRADER, operators=(AGENT,))
    client.force_login(user)
    return user


def mandate(scope: Mandate.Scope, **ended: object) -> Mandate:
    giver = person(Role.TRADER, operators=(SENDER,))
    return Mandate.objects.create(
        operator=operator(SENDER), representative=Operator.objects.get(eori=AGENT),
        scopes=[scope], granted_by=giver, granted_at=now(), **ended,
    )  # fmt: skip


def test_a_mandate_to_read_shows_the_filings_of_the_declarant(
    client: Client, agent: User, at: datetime
) -> None:
    ens = lodged(harmless(at), at)
    assert ens.mrn not in client.get(reverse("trader_home")).content.decode()
    given = mandate(Mandate.Scope.READ)
    assert ens.mrn in client.get(reverse("trader_home")).content.decode()
    filing = Filing.objects.get()
    address = reverse("trader_filing", args=[filing.pk])
    assert filing.lrn in client.get(address).content.decode()
    given.revoked_at, given.revoked_by = now(), agent
    given.save()
    assert client.get(address).status_code == 404


def test_any_other_mandate_shows_nothing(client: Client, agent: User, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    mandate(Mandate.Scope.AMEND)
    assert ens.mrn not in client.get(reverse("trader_home")).content.decode()
    assert not Filing.objects.visible_to(agent).exists()
