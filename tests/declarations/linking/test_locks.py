"""Linking locks once, in one order, so that two of it wait for each other and never in a circle."""

from collections.abc import Collection
from typing import Any

import pytest

from customs_portal.events.models import Delivery
from declarations.models import Ens, FilingLink
from declarations.services import Lodged, linking, locks
from risk.services.linking import link
from tests.declarations.linking.filings import house, master
from tests.declarations.linking.test_at_once import CARRIER, FORWARDER, lodged
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def filings() -> list[int]:
    """A master and its house, not linked yet, and nothing due."""
    found = lodged(master("OEL1", CARRIER, [FORWARDER]), house("F15", "OEL1", "H1", FORWARDER))
    Delivery.objects.all().delete()
    return [one.filing for one in found if isinstance(one, Lodged)]


def test_the_rows_are_locked_once(filings: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    locked: list[list[int]] = []

    def lock_ens(ids: Collection[int]) -> dict[int, Ens]:
        locked.append(sorted(ids))
        return locks.lock_ens(ids)

    monkeypatch.setattr(linking, "lock_ens", lock_ens)
    link(filings, at=AT)
    assert locked == [sorted(Ens.objects.values_list("pk", flat=True))]
    assert FilingLink.objects.live().count() == 1


def test_what_others_linked_meanwhile_is_left_for_later(
    filings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, turns = linking._family, iter([1, 2])

    def family(*asked: Any) -> list[int]:
        found = real(*asked)
        return found[:1] if next(turns) == 1 else found

    monkeypatch.setattr(linking, "_family", family)
    link(filings, at=AT)
    assert not FilingLink.objects.exists()
    assert not Ens.objects.filter(status="absorbed").exists()
    due = Delivery.objects.filter(consumer="link").count()
    assert due == len(filings)
