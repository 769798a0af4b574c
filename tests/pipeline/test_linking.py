"""Houses of ICS2 and their masters: linked in any order, one whole for analysis, parted again."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction
from lxml import etree

from customs_portal.accounts.models import Operator, Role, User
from customs_portal.clock import now
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.checks.consistency import inconsistencies
from declarations.models import Ens, EnsMember, Filing, FilingLink, LinkKey
from declarations.rebuilding import current_members
from declarations.services.candidates import candidates
from declarations.services.confirming import Confirmation
from declarations.services.results import Changed, Refused
from declarations.subjects import current_document
from declarations.tasks import tell_ended_clocks
from messaging.formats.registry import check
from messaging.models import OutboundMessage, Subscription
from messaging.reads import raw_body
from risk.models import Assessment, Case
from risk.services import linking
from tests.messaging.formats.ics2.breaking import children
from tests.pipeline.conftest import LODGER, operator, publish
from tests.pipeline.test_filings import (
    NOTHING,
    TILES,
    amendment,
    assert_invariants,
    codes,
    consultation,
    filing,
    invalidation,
    name,
    said,
    sent,
    text,
)
from tests.pipeline.test_main_job import drain, send_bytes

FORWARDER, OWNER = "NL223344556", "NL987654321"


@pytest.fixture
def forwarder() -> str:
    return operator(FORWARDER)


def by(kind: str, eori: str) -> Any:
    return [{**said(f"IE3{kind}")["declarant"][0], "identificationNumber": eori}]


def lodged(token: str, kind: str, eori: str, lrn: str, **changes: Any) -> str:
    answer = sent(token, filing(f"IE3{kind}", lrn, declarant=by(kind, eori), **changes))
    assert name(answer) == "IE3R01", codes(answer)
    return text(answer, "MRN")


def house(kind: str, **changes: Any) -> Any:
    """Return the master node of an example with other values on its house."""
    master = said(f"IE3{kind}")["consignmentMasterLevel"][0]
    (own,) = master["consignmentHouseLevel"]
    return [{**master, "consignmentHouseLevel": [{**own, **changes}]}]


def amended_house(mrn: str, **changes: Any) -> bytes:
    own = house("F15", **changes)
    return amendment("F15", mrn, declarant=by("F15", FORWARDER), consignmentMasterLevel=own)


def naming(kind: str, eori: str, level: str = "1") -> Any:
    person = {"identificationNumber": eori, "supplementaryFilingType": level}
    if kind == "F14":
        return house(kind, supplementaryDeclarant=[{**person, "supplementaryFilingType": "2"}])
    master = said(f"IE3{kind}")["consignmentMasterLevel"][0]
    return [{**master, "supplementaryDeclarant": [person]}]


def ens_of(mrn: str) -> Ens:
    return Ens.objects.get(members__filing__mrn=mrn)


def link_of(mrn: str) -> str:
    return Filing.objects.get(mrn=mrn).link


@pytest.mark.parametrize("first", ["F12", "F15"])
def test_a_house_is_linked_whichever_comes_first(lodger: str, forwarder: str, first: str) -> None:
    publish(("TST-01", TILES))
    lodge = {
        "F12": lambda: lodged(lodger, "F12", LODGER, "M-1"),
        "F15": lambda: lodged(forwarder, "F15", FORWARDER, "H-1"),
    }
    mrns = {kind: lodge[kind]() for kind in (first, *(set(lodge) - {first}))}
    ens = ens_of(mrns["F15"])
    assert ens.mrn == mrns["F12"]
    assert (ens.status, ens.completeness) == ("in_analysis", "complete")
    assert link_of(mrns["F15"]) == "linked"
    home = Ens.objects.get(mrn=mrns["F15"])
    assert (home.status, home.absorbed_by) == ("absorbed", ens)
    assert len(ens.versions.get(number=ens.version).filing_versions) == 2
    assert [one.level for one in current_document(ens).consignments] == ["master", "house"]
    assert Assessment.objects.get(ens=ens).kind == "full"
    assert Case.objects.open().get().ens == ens
    assert_invariants()


def test_a_chain_of_houses_is_one_whole(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    owner = operator(OWNER)
    lowest = lodged(owner, "F16", OWNER, "L-1")
    middle = lodged(forwarder, "F14", FORWARDER, "H-1", consignmentMasterLevel=naming("F14", OWNER))
    assert ens_of(lowest).mrn == middle
    assert link_of(middle) == "pending_linking"
    top = lodged(lodger, "F12", LODGER, "M-1")
    assert {ens_of(mrn).mrn for mrn in (lowest, middle, top)} == {top}
    ens = ens_of(top)
    assert (ens.status, ens.completeness) == ("assessed", "complete")
    (item,) = current_document(ens).items()
    assert item.seller
    complete = OutboundMessage.objects.filter(kind="IE3N03").values_list("recipient", "mrn")
    assert set(complete) == {(OWNER, lowest), (FORWARDER, middle), (LODGER, top)}
    assert_invariants()


def test_a_subscribed_carrier_gets_copies_of_registrations(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    alone = lodged(forwarder, "F15", FORWARDER, "H-1")
    carrier = Filing.objects.get(mrn=alone).carrier
    operator(carrier)
    wanted = Subscription(operator=Operator.objects.get(eori=carrier), kind="IE3R01")
    wanted.save()
    house_document = said("IE3F15")["consignmentMasterLevel"][0]["consignmentHouseLevel"][0]
    paper = [{**house_document["transportDocumentHouseLevel"][0], "documentNumber": "OTHER-1"}]
    other = house("F15", transportDocumentHouseLevel=paper)
    mrn = lodged(forwarder, "F15", FORWARDER, "H-2", consignmentMasterLevel=other)
    (copy,) = received_by(carrier, "IE3R01")
    assert text(copy, "MRN") == mrn
    wanted.delete()
    paper[0]["documentNumber"] = "OTHER-2"
    lodged(forwarder, "F15", FORWARDER, "H-3", consignmentMasterLevel=other)
    assert len(received_by(carrier, "IE3R01")) == 1
    assert_invariants()


def test_a_document_is_filed_once(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    lodged(lodger, "F12", LODGER, "M-1")
    twice = [
        send_bytes(forwarder, filing("IE3F15", lrn, declarant=by("F15", FORWARDER)))
        for lrn in ("H-1", "H-2")
    ]
    drain()
    assert Filing.objects.filter(type="F15", status="registered").count() == 1
    assert len(twice) == 2
    again = filing("IE3F12", "M-2", declarant=by("F12", LODGER))
    answer = sent(lodger, again)
    assert (name(answer), codes(answer)) == ("IE3N01", {"81"})
    assert Filing.objects.get(lrn="M-2").status == "rejected"
    re_entry = filing("IE3F12", "M-3", declarant=by("F12", LODGER), reEntryIndicator="1")
    assert name(sent(lodger, re_entry)) == "IE3R01"
    assert_invariants()


def test_a_house_that_ends_leaves_its_master(lodger: str, forwarder: str) -> None:
    publish(("TST-01", TILES))
    top = lodged(lodger, "F12", LODGER, "M-1")
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    ended = invalidation(lower, declarant=[{"identificationNumber": FORWARDER}])
    assert name(sent(forwarder, ended)) == "IE3R07"
    home = Ens.objects.get(mrn=lower)
    assert (home.status, home.absorbed_by_id) == ("invalidated", None)
    ens = Ens.objects.get(mrn=top)
    assert ens.completeness == "complete"
    assert list(EnsMember.objects.filter(ens=ens).values_list("filing__mrn", flat=True)) == [top]
    assert not FilingLink.objects.live().exists()
    again = lodged(forwarder, "F15", FORWARDER, "H-2")
    assert ens_of(again) == ens
    assert Ens.objects.get(mrn=top).completeness == "complete"
    assert_invariants()


def test_the_houses_of_an_ended_master_wait_for_another(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    assert name(sent(lodger, invalidation(top))) == "IE3R07"
    assert Ens.objects.get(mrn=top).status == "invalidated"
    assert (ens_of(lower).mrn, ens_of(lower).status) == (lower, "forming")
    assert link_of(lower) == "pending_linking"
    other = lodged(lodger, "F12", LODGER, "M-2")
    assert ens_of(lower).mrn == other
    assert_invariants()


def test_an_amended_master_lets_go_and_asks_another(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    amended = amendment("F12", top, consignmentMasterLevel=naming("F12", OWNER))
    assert name(sent(lodger, amended)) == "IE3N10"
    assert (ens_of(lower).mrn, link_of(lower)) == (lower, "pending_linking")
    assert Ens.objects.get(mrn=top).completeness == "pending"
    assert expected() == [OWNER]
    assert name(sent(forwarder, amended_house(lower))) == "IE3N10"
    assert_invariants()


def expected() -> list[str]:
    """Return who was told that a filing of theirs is expected, as often as they were."""
    events = Event.objects.filter(kind="filing.expected").order_by("pk")
    return [event.data["named"] for event in events]


def test_who_is_named_newly_is_told_once_while_the_master_waits(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    amended = amendment("F12", top, consignmentMasterLevel=naming("F12", OWNER))
    assert name(sent(lodger, amended)) == "IE3N10"
    assert Ens.objects.get(mrn=top).completeness == "pending"
    assert expected() == [OWNER]
    assert_invariants()


def test_who_is_named_newly_and_has_filed_is_not_told(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    lodged(forwarder, "F15", FORWARDER, "H-1")
    other = lodged(operator(OWNER), "F15", OWNER, "H-2")
    amended = amendment("F12", top, consignmentMasterLevel=naming("F12", OWNER))
    assert name(sent(lodger, amended)) == "IE3N10"
    assert (ens_of(other).mrn, ens_of(other).completeness) == (top, "complete")
    assert expected() == []
    assert_invariants()


def test_a_late_house_is_analysed_with_the_rest(lodger: str, forwarder: str) -> None:
    publish(("TST-01", TILES))
    top = lodged(lodger, "F12", LODGER, "M-1")
    ens = Ens.objects.get(mrn=top)
    half = ens.registered_at + (ens.analysis_ends_at - ens.registered_at) / 2
    tell_ended_clocks(
        ens.registered_at + (ens.analysis_ends_at - ens.registered_at) / 4 + timedelta(minutes=1)
    )
    assert Event.objects.filter(kind="ens.incomplete").count() == 1
    tell_ended_clocks(half)
    advance.drain(at=half)
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    ens.refresh_from_db()
    assert (ens_of(lower), ens.completeness) == (ens, "complete")
    assert Assessment.objects.filter(ens=ens).count() == 2
    assert_invariants()


def test_an_amended_house_changes_the_whole(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    before = Ens.objects.get(mrn=top)
    answer = sent(forwarder, amended_house(lower))
    assert (name(answer), text(answer, "MRN")) == ("IE3N10", lower)
    after = Ens.objects.get(mrn=top)
    assert (after.version, after.means, after.status) == (
        before.version + 1,
        before.means,
        "assessed",
    )
    assert_invariants()


def test_goods_before_loading_join_once_they_are_judged(lodger: str, forwarder: str) -> None:
    publish(("TST-01", TILES))
    lower = lodged(forwarder, "F26", FORWARDER, "H-1")
    top = lodged(lodger, "F21", LODGER, "M-1")
    assert Case.objects.open().get().ens.mrn == lower
    assert ens_of(lower).mrn == lower
    assert FilingLink.objects.live().get().waits
    assert link_of(lower) == "linked"
    assert Ens.objects.get(mrn=top).completeness == "pending"
    assert_invariants()


def test_nobody_is_told_that_a_house_is_looked_at(lodger: str, forwarder: str) -> None:
    publish(("TST-01", TILES))
    lower = lodged(forwarder, "F26", FORWARDER, "H-1")
    top = lodged(lodger, "F21", LODGER, "M-1")
    at = quarter(top)
    tell_ended_clocks(at)
    advance.drain(at=at)
    assert not OutboundMessage.objects.filter(kind__in=["IE3N02", "IE3N11"]).exists()
    for mrn, token, eori, told in ((top, lodger, LODGER, "11"), (lower, forwarder, FORWARDER, "")):
        asked = consultation(MRN=mrn, requester=[{"identificationNumber": eori}])
        states = {
            kind.text: state.text for kind, _mrn, state in children(sent(token, asked), "ENSEntity")
        }
        assert states.get("ENS", "") == told


def received_by(eori: str, kind: str) -> list[Any]:
    """Return the messages of a kind to somebody, which agree with their own tables."""
    found = OutboundMessage.objects.filter(recipient=eori, kind=kind).order_by("pk")
    bodies = [raw_body(message) for message in found]
    assert [one for body in bodies for one in check(body).findings] == []
    return [etree.fromstring(body) for body in bodies]


def quarter(mrn: str) -> datetime:
    ens = Ens.objects.get(mrn=mrn)
    return ens.registered_at + (ens.analysis_ends_at - ens.registered_at) / 4 + timedelta(minutes=1)


def test_who_is_missing_is_told_and_who_waits_for_it(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    at = quarter(top)
    for _twice in range(2):
        tell_ended_clocks(at)
        advance.drain(at=at)
    [incomplete] = received_by(LODGER, "IE3N02")
    assert text(incomplete, "MRN") == top
    assert text(incomplete, "supplementaryDeclarant/identificationNumber") == FORWARDER
    [expected] = received_by(FORWARDER, "IE3N11")
    assert text(expected, "transportDocument/documentNumber") == "OEL2611001"
    assert top.encode() not in etree.tostring(expected)
    assert Ens.objects.get(mrn=top).status == "forming"
    assert_invariants()


def test_an_officer_confirms_what_the_keys_do_not_say(
    lodger: str, forwarder: str, officer: User
) -> None:
    publish(("TST-01", TILES))
    top = lodged(lodger, "F12", LODGER, "M-1")
    other = [{"documentNumber": "OEL2611999", "type": "N704"}]
    own = house("F15", transportDocumentMasterLevel=other)
    lower = lodged(forwarder, "F15", FORWARDER, "H-1", consignmentMasterLevel=own)
    assert link_of(lower) == "pending_linking"
    ens = Ens.objects.get(mrn=top)
    [found] = candidates(ens)
    assert (found.mrn, found.declarant) == (lower, FORWARDER)
    assert "Filed by the supplementary declarant that is named" in found.reasons
    stranger = User.objects.create_user("stranger", password="x", role=Role.OFFICER)
    wanted = Confirmation(
        lower=found.filing, upper=found.upper, expected=found.expected, reason="Typing error"
    )
    for user, asked in (
        (stranger, wanted),
        (officer, msgspec.structs.replace(wanted, reason=" ")),
        (officer, msgspec.structs.replace(wanted, expected="NOTHING")),
        (officer, msgspec.structs.replace(wanted, lower=wanted.upper, upper=wanted.lower)),
    ):
        with transaction.atomic():
            [result] = linking.confirm([asked], officer=user, at=now())
        assert isinstance(result, Refused)
    assert not FilingLink.objects.exists()
    with transaction.atomic():
        [done] = linking.confirm([wanted], officer=officer, at=now())
    assert isinstance(done, Changed)
    advance.drain(at=now())
    ens.refresh_from_db()
    assert (ens_of(lower), ens.completeness, ens.status) == (ens, "complete", "in_analysis")
    link = FilingLink.objects.live().get()
    assert (link.confirmed_by, link.reason) == (officer, "Typing error")
    assert_invariants()


def test_a_filing_whose_goods_do_not_come_expires(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    at = now() + timedelta(days=201)
    with transaction.atomic():
        linking.expire_filings(at=at)
    advance.drain(at=at)
    assert set(Filing.objects.values_list("status", flat=True)) == {"expired"}
    assert set(Ens.objects.values_list("status", flat=True)) == {"invalidated"}
    assert not LinkKey.objects.exists()
    assert {ens_of(top).mrn, ens_of(lower).mrn} == {top, lower}
    assert Event.objects.filter(kind="filing.expired").count() == 2
    assert_invariants()


def test_filings_that_contradict_each_other_go_to_a_person(lodger: str, forwarder: str) -> None:
    publish(("TST-01", NOTHING))
    top = lodged(lodger, "F12", LODGER, "M-1")
    [node] = house("F15")
    [item] = node["consignmentHouseLevel"][0]["goodsItem"]
    heavy = [{**item, "weight": [{"grossMass": "99000"}]}]
    lodged(forwarder, "F15", FORWARDER, "H-1", consignmentMasterLevel=house("F15", goodsItem=heavy))
    case = Case.objects.open().get()
    assert (case.ens.mrn, case.cause) == (top, "inconsistent")
    documents = [member[3] for member in current_members([case.ens_id])]
    assert [one.kind for one in inconsistencies(documents)] == ["mass"]
    assert_invariants()
