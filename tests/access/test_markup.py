"""What people write is shown as they wrote it: on no page does it become markup."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

import msgspec
import pytest

from customs_portal.accounts.models import Operator, Team, User
from declarations.document import Document, Party
from declarations.models import Outage
from messaging.models import Partner, PartnerContact
from risk.models import ReferenceList, RiskProfile, SavedView
from tests.access import world as worlds
from tests.access.test_headers import html_of, pages
from tests.access.world import World, make_world
from tests.fixtures.standing import Standing

MARK = "<i m4rk=\"'>&"
FREE_TEXTS = (
    (Operator, "name"), (Team, "name"), (User, "first_name"), (Outage, "what"), (Partner, "name"),
    (PartnerContact, "name"), (ReferenceList, "name"), (RiskProfile, "name"), (SavedView, "name"),
)  # fmt: skip
PARTY = Party(
    name=f"Jan {MARK}", street="Dorpsstraat 12", postcode="2600AA", city="Delft", country="NL"
)
flagged = worlds._flagged


def marked(lrn: str, at: datetime) -> Document:
    """Return a flagged declaration with markup wherever its sender may write as they like."""
    document = flagged(lrn, at)
    item = next(document.items())
    item = msgspec.structs.replace(item, description=f"Bananas {MARK}")
    consignment = msgspec.structs.replace(document.consignments[0], items=(item,))
    return msgspec.structs.replace(document, consignments=(consignment,), consignee=PARTY)


@pytest.fixture(scope="module")
def marked_world(standing: Standing) -> Iterator[World]:
    def make() -> World:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worlds, "_flagged", marked)
            made = make_world()
        for model, column in FREE_TEXTS:
            assert model.objects.update(**{column: f"x {MARK}"})
        return made

    with standing.rows(make) as made:
        yield made


def test_nothing_that_people_write_becomes_markup(marked_world: World, db: None) -> None:
    told, wrong = set(), []
    for name, response in pages(marked_world):
        page = html_of(response)
        told |= {name} if escape(MARK) in page or escape(MARK[:8]) in page else set()
        wrong += [name] if "<i m4rk" in page else []
    assert wrong == []
    assert len(told) > 40
