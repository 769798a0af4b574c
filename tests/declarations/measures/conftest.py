"""An ENS with goods, and the people who decide on them."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from customs_portal.accounts.models import Role, User
from declarations.models import ConsignmentLife, Ens
from tests.factories.declarations import OFFICE, harmless, lodged
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons


@pytest.fixture
def at(db: None) -> datetime:
    store_offices_and_reasons()
    return timezone.now() - timedelta(minutes=10)


@pytest.fixture
def ens(at: datetime) -> Ens:
    return lodged(harmless(at), at)


@pytest.fixture
def officer(at: datetime) -> User:
    return person(Role.OFFICER, offices=(OFFICE,))


@pytest.fixture
def second(at: datetime) -> User:
    return person(Role.OFFICER, offices=(OFFICE,))


@pytest.fixture
def supervisor(at: datetime) -> User:
    return person(Role.SUPERVISOR, offices=(OFFICE,))


@pytest.fixture
def elsewhere(at: datetime) -> User:
    return person(Role.OFFICER, offices=("NL000432",))


@pytest.fixture
def goods(ens: Ens) -> ConsignmentLife:
    """The consignment of an ENS whose analysis found nothing."""
    with transaction.atomic():
        Ens.objects.filter(pk=ens.pk).update(status=Ens.Status.ASSESSED)
    return ConsignmentLife.objects.get(filing__membership__ens=ens)
