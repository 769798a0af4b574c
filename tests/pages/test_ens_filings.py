"""Filings of ICS2 on the pages of officers and traders."""

from datetime import datetime

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import Ens, Filing
from messaging.formats.ics2.examples import example
from messaging.formats.registry import read
from tests.factories.declarations import assessed, lodged
from tests.factories.people import person

DECLARANT = "NL123456789"


def filed(filing: str) -> Document:
    found = read(example(f"IE3{filing}", "full")).document
    assert found is not None
    return msgspec.structs.replace(found, lrn=f"LRN-{filing}", representative=None)


def desk_of(role: Role, **rights: tuple[str, ...]) -> Client:
    client = Client()
    client.force_login(person(role, **rights))
    return client


@pytest.mark.parametrize("filing", [code for code, kind in filing_types().items() if kind.own_mrn])
def test_every_type_has_its_pages(filing: str, at: datetime) -> None:
    ens = lodged(filed(filing), at)
    if ens.status != "forming":
        ens = assessed(ens, at)
    officer = desk_of(Role.OFFICER, offices=("NL000396", "NL000900"))
    page = officer.get(f"/ens/{ens.mrn}/")
    assert page.status_code == 200
    assert filing in page.content.decode()
    assert officer.get("/queue/").status_code == 200
    trader = desk_of(Role.TRADER, operators=(DECLARANT,))
    own = Filing.objects.get(mrn=ens.mrn)
    assert trader.get(reverse("trader_filing", args=[own.pk])).status_code == 200
    home = trader.get(reverse("trader_home")).content.decode()
    waits = ens.completeness == Ens.Completeness.PENDING or own.link == Filing.Link.PENDING
    assert ("Waiting for other filings" in home) is waits


def test_a_carrier_sees_the_state_of_a_house_and_not_its_goods(at: datetime) -> None:
    ens = lodged(filed("F14"), at)
    own = Filing.objects.get(mrn=ens.mrn)
    carrier = desk_of(Role.TRADER, operators=(own.carrier,))
    page = carrier.get(reverse("trader_filing", args=[own.pk])).content.decode()
    assert "Waiting for other filings" in page
    assert "tiles" not in page
    assert "Tegelhandel" not in page
