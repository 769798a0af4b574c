"""Measures, files and clocks of a house go with its goods into a whole, and back."""

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role
from declarations.models import Attachment, Clock, Ens, Measure
from declarations.services import Lodged
from declarations.services.invalidate import InvalidationOrder, invalidate
from tests.declarations.linking.filings import house, master
from tests.declarations.linking.test_at_once import CARRIER, FORWARDER, linking_one, lodged
from tests.factories.measures import placed
from tests.factories.people import person
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.django_db

OWN = "N714/H1"


def hold(ens: Ens, subject: str, reference: str = "") -> Measure:
    officer = person(Role.OFFICER, offices=("NL000396",))
    return placed(
        ens, officer, AT, kind="hold", reason_code="HLD-02", subject=subject, reference=reference
    )


@pytest.fixture
def apart() -> tuple[Ens, Ens]:
    """A house and, filed before it, a second one, with no master yet."""
    found = lodged(house("F15", "OEL1", "H0", FORWARDER), house("F15", "OEL1", "H1", FORWARDER))
    first, second = (Ens.objects.get(pk=one.ens) for one in found if isinstance(one, Lodged))
    return second, first


def joined() -> Ens:
    [top] = lodged(master("OEL1", CARRIER, [FORWARDER]))
    while linking_one():
        pass
    assert isinstance(top, Lodged)
    return Ens.objects.get(pk=top.ens)


def parted(top: Ens) -> None:
    with transaction.atomic():
        order = InvalidationOrder(mrn=top.mrn, sender=CARRIER, message_id=0)
        invalidate([order], at=AT)
    while linking_one():
        pass


def about(measure: Measure) -> tuple[int, int | None, str, str]:
    measure.refresh_from_db()
    return measure.ens_id, measure.origin_id, measure.subject, measure.reference


@pytest.mark.parametrize(
    ("subject", "named", "in_whole"),
    [
        ("item", "1", ("item", "2")),
        ("consignment", OWN, ("consignment", OWN)),
        ("declaration", "", ("consignment", OWN)),
    ],
)
def test_a_measure_goes_with_its_goods_and_comes_back(
    apart: tuple[Ens, Ens], subject: str, named: str, in_whole: tuple[str, str]
) -> None:
    own, _other = apart
    measure = hold(own, subject, named)
    top = joined()
    assert about(measure) == (top.pk, own.pk, *in_whole)
    assert measure.reconfirm_since_version == top.version == measure.decided_on_version
    parted(top)
    back = (subject, named) if subject != "declaration" else ("consignment", OWN)
    assert about(measure) == (own.pk, None, *back)
    own.refresh_from_db()
    assert measure.reconfirm_since_version == own.version


def test_a_measure_on_the_whole_goes_with_the_goods_that_it_touches_only(
    apart: tuple[Ens, Ens],
) -> None:
    own, _other = apart
    top = joined()
    of_house = hold(top, "consignment", OWN)
    of_all = hold(top, "declaration")
    parted(top)
    assert about(of_house)[0] == own.pk
    assert about(of_all)[0] == top.pk


def test_files_go_with_the_house(apart: tuple[Ens, Ens]) -> None:
    own, _other = apart
    file = Attachment.objects.create(
        ens=own, name="a.pdf", media_type="application/pdf", size=1, digest="0" * 64,
        sender=FORWARDER, added_at=AT,
    )  # fmt: skip
    top = joined()
    file.refresh_from_db()
    assert file.ens_id == top.pk


def test_all_clocks_but_validity_stop_with_joining(apart: tuple[Ens, Ens]) -> None:
    own, _other = apart
    Clock.objects.create(ens=own, kind="analysis", started_at=AT, ends_at=AT)
    joined()
    running = Clock.objects.filter(ens=own, stopped_at=None).values_list("kind", flat=True)
    assert list(running) == ["validity"]
