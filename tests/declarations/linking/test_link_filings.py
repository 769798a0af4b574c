"""Filings that were stored before their linking keys were known."""

from io import StringIO

import pytest
from django.core.management import call_command

from customs_portal import clock
from customs_portal.events.models import Delivery
from declarations.models import FilingLink, LinkKey
from declarations.services import relinking
from tests.declarations.linking.filings import air_house, air_master, house, master
from tests.declarations.linking.test_at_once import CARRIER, FORWARDER, linking_one, lodged
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.django_db


def told() -> str:
    out = StringIO()
    call_command("link_filings", stdout=out)
    return out.getvalue().strip()


def keys() -> set[tuple[object, ...]]:
    return set(LinkKey.objects.values_list("filing", "side", "value", "rank", "expected", "named"))


def test_stored_filings_are_linked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relinking, "AT_A_TIME", 2)
    monkeypatch.setattr(clock, "now", lambda: AT)
    lodged(
        master("OEL1", CARRIER, [FORWARDER]),
        house("F15", "OEL1", "H1", FORWARDER),
        air_master("074-1", CARRIER, [FORWARDER]),
        air_house("F22", "074-1", "HAWB1", FORWARDER),
        air_house("F24", "074-1", "HAWB1", FORWARDER),
    )
    wanted = keys()
    Delivery.objects.all().delete()
    LinkKey.objects.filter(filing__type__in=["F12", "F15", "F24"]).delete()
    LinkKey.objects.filter(filing__type="F22", expected="", side="offer").delete()
    assert told() == "4 of 5 filings have other keys now."
    assert keys() == wanted
    while linking_one():
        pass
    links = FilingLink.objects.live().values_list("lower__type", "upper__type")
    assert set(links) == {("F15", "F12"), ("F22", "F21"), ("F24", "F22")}
    assert told() == "0 of 5 filings have other keys now."
    assert not Delivery.objects.filter(consumer="link").exists()
