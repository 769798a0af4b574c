"""The page of two versions: differences for all who may read, hits for officials alone."""

from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.test import Client

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.document import Document, Seal
from declarations.models import Ens, Filing, Measure
from declarations.services.amend import Amended, Amendment, amend
from risk.services.supersede import supersede
from tests.factories.declarations import SENDER, assessed, bananas, lodged
from tests.factories.measures import placed
from tests.factories.people import person


def amended(ens: Ens, document: Document, at: datetime) -> Ens:
    """Return the ENS after an amendment that was assessed."""
    replaced = msgspec.structs.replace(document, type="IE313", lrn=None, mrn=ens.mrn)
    order = Amendment(document=replaced, message_id=9_000_000, sender=SENDER, received_at=at)
    with transaction.atomic():
        [result] = amend([order], at=at)
        assert isinstance(result, Amended)
        supersede([ens.pk], at=at)
    return assessed(Ens.objects.get(pk=ens.pk), at)


def changed_seal(at: datetime) -> Ens:
    document = bananas(at, seals=(Seal(identity="EC44718"),))
    ens = assessed(lodged(document, at), at)
    return amended(
        ens,
        msgspec.structs.replace(document, seals=(Seal(identity="EC55555"),)),
        at + timedelta(hours=1),
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_officer_reads_the_changed_seal_and_the_hit_that_it_brought(at: datetime) -> None:
    ens = changed_seal(at)
    officer = person(Role.OFFICER, offices=("NL000396",))
    page = client_of(officer).get(f"/ens/{ens.mrn}/versions/").content.decode()
    assert "<del>EC44718</del>" in page
    assert "<ins>EC55555</ins>" in page
    gained = page.partition('id="gained"')[2].partition('id="lost"')[0]
    assert "CNT-02" in gained
    assert "CNT-01" not in gained


def test_any_two_versions_can_be_compared(at: datetime) -> None:
    ens = changed_seal(at)
    officer = person(Role.OFFICER, offices=("NL000396",))
    page = client_of(officer).get(f"/ens/{ens.mrn}/versions/?from=2&to=2").content.decode()
    assert "These versions say the same." in page
    back = client_of(officer).get(f"/ens/{ens.mrn}/versions/?from=2&to=1").content.decode()
    assert "<del>EC55555</del>" in back


def test_a_trader_reads_the_difference_and_no_hit(at: datetime) -> None:
    ens = changed_seal(at)
    filing = Filing.objects.get(mrn=ens.mrn)
    trader = person(Role.TRADER, operators=(SENDER,))
    page = client_of(trader).get(f"/filings/{filing.pk}/versions/").content.decode()
    assert "<ins>EC55555</ins>" in page
    assert "CNT-" not in page
    assert "Hits" not in page


def test_a_carrier_that_did_not_lodge_reads_no_versions(at: datetime) -> None:
    ens = changed_seal(at)
    Filing.objects.filter(mrn=ens.mrn).update(carrier="NL777777777")
    filing = Filing.objects.get(mrn=ens.mrn)
    carrier = person(Role.TRADER, operators=("NL777777777",))
    assert client_of(carrier).get(f"/filings/{filing.pk}/versions/").status_code == 404


def test_measures_are_kept_on_the_version_that_was_read(at: datetime) -> None:
    document = bananas(at, seals=(Seal(identity="EC44718"),))
    ens = assessed(lodged(document, at), at)
    officer = person(Role.OFFICER, offices=("NL000396",))
    held = [
        placed(
            ens, officer, at, kind="hold", reason_code="HLD-06", subject=subject, reference=which
        )
        for subject, which in (("declaration", ""), ("equipment", "CSQU3054383"))
    ]
    changed = msgspec.structs.replace(document, seals=(Seal(identity="EC55555"),))
    amended(ens, changed, at + timedelta(minutes=5))
    desk = client_of(officer)
    page = desk.get(f"/ens/{ens.mrn}/versions/").content.decode()
    assert "Keep them on version 2" in page
    stale = desk.post(f"/ens/{ens.mrn}/versions/keep/", {"version": "1"}, follow=True)
    assert "The declaration changed while you read it." in stale.content.decode()
    done = desk.post(f"/ens/{ens.mrn}/versions/keep/", {"version": "2"}, follow=True)
    assert "2 measures are confirmed." in done.content.decode()
    assert "Keep them" not in done.content.decode()
    kept = Measure.objects.filter(pk__in=[each.pk for each in held])
    assert set(kept.values_list("decided_on_version", "reconfirm_since_version")) == {(2, None)}
    assert Event.objects.filter(kind="measure.reconfirmed", stream=ens.pk).count() == 2
