"""Retention: what is too old goes, what is held or in use stays, and everything is recorded."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from customs_portal.accounts.access_log import record_access
from customs_portal.accounts.models import AccessLog, Role, SignInEvent, User
from customs_portal.events.append_only import retention_allowed
from customs_portal.events.digests import breaks, close_months
from customs_portal.events.models import DroppedMonth, Event
from customs_portal.findings import Finding
from customs_portal.privacy.holds import Order, covered, lift, place
from customs_portal.privacy.models import LegalHold, RetentionPolicy, RetentionStep
from customs_portal.privacy.retention import Refused, apply_retention
from customs_portal.privacy.retention.applying import kept_from
from customs_portal.reference import snapshot
from declarations.document import Party
from declarations.models import DeclaredParty, Ens, FilingVersion
from declarations.rebuilding import wrong_versions
from messaging.models import RawBody
from risk import rule_sets
from risk.engine.rules import Bound, Hit
from risk.engine.subject import Features, Likeness
from risk.models import Assessment, Case, ConfirmedFind, NameMatch, ScreenedName
from risk.models.analysed import AnalysedItem
from risk.names.evidence import in_words
from tests.factories import messages
from tests.factories.declarations import SENDER, assessed, harmless, lodged, publish_demo_rules
from tests.factories.linked import FORWARDER, house, linked, master
from tests.factories.names import match_of, watched_list
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.fixtures.standing import Standing

OLD = datetime(2020, 3, 10, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
JAN = Party(name="Jan de Vries", street="Dorpsstraat 12", city="Delft", country="NL")


@pytest.fixture(scope="module")
def _stored(standing: Standing) -> Iterator[None]:
    def store() -> None:
        store_offices_and_reasons()
        publish_demo_rules(NOW)

    with standing.rows(store):
        yield


@pytest.fixture(autouse=True)
def _policies(_stored: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    rule_sets.forget()
    call_command("load_retention", verbosity=0)
    RetentionPolicy.objects.update(keep_months=36)


@pytest.fixture
def administrator() -> User:
    return person(Role.ADMINISTRATOR)


def applied(by: User, kind: str, *, rehearsal: bool = False) -> list[RetentionStep]:
    found = apply_retention(by=by, at=NOW, rehearsal=rehearsal, kinds=[kind])
    assert not isinstance(found, Refused)
    return found


def held(by: User, subject: str, reference: str) -> LegalHold:
    order = Order(subject=subject, reference=reference, reason="Court case 17/2026")
    with transaction.atomic():
        placed = place(order, by=by, at=NOW)
    assert isinstance(placed, LegalHold)
    return placed


def declared(at: datetime = OLD) -> Ens:
    return assessed(lodged(harmless(at, consignee=JAN), at), at)


def test_whole_months_are_kept() -> None:
    assert f"{kept_from(NOW, 36)}" == "2023-11-01"
    assert f"{kept_from(datetime(2026, 1, 31, tzinfo=UTC), 1)}" == "2025-12-01"


def test_a_rehearsal_counts_the_same_and_removes_nothing(administrator: User) -> None:
    messages.received(SENDER, OLD, answer=messages.written("CC328A", SENDER, OLD))
    messages.received(SENDER, NOW)
    [told] = applied(administrator, "raw_messages", rehearsal=True)
    assert (told.what, told.rows, told.in_use, told.rehearsal) == ("2020-03", 1, 1, True)
    assert RawBody.objects.count() == 3
    [done] = applied(administrator, "raw_messages")
    assert (done.rows, done.in_use, done.rehearsal) == (1, 1, False)
    assert RawBody.objects.count() == 2
    kinds = list(Event.objects.filter(kind__startswith="retention.").values_list("kind", flat=True))
    assert kinds == ["retention.rehearsed", "retention.applied"]


def test_a_hold_keeps_the_messages_of_an_operator_until_it_is_lifted(administrator: User) -> None:
    sent = messages.written("CC328A", SENDER, OLD)
    type(sent).objects.update(state="delivered")
    messages.received(SENDER, OLD, answer=sent)
    other = messages.written("CC328A", "NL222222222", OLD)
    type(sent).objects.update(state="delivered")
    messages.received("NL222222222", OLD, answer=other)
    hold = held(administrator, "eori", SENDER)
    [step] = applied(administrator, "raw_messages")
    assert (step.rows, step.held) == (2, 2)
    with transaction.atomic():
        lifted = lift(hold, by=administrator, reason="Judgment of 2 November", at=NOW)
    assert isinstance(lifted, LegalHold)
    [step] = applied(administrator, "raw_messages")
    assert (step.rows, step.held) == (2, 0)
    assert not RawBody.objects.exists()


def test_of_a_log_only_whole_closed_months_go_and_the_chain_holds(
    administrator: User, time_machine: Any
) -> None:
    time_machine.move_to(OLD, tick=False)
    ens = declared()
    time_machine.move_to(NOW, tick=False)
    [step] = applied(administrator, "events")
    assert (step.rows, step.note) == (0, "Work on it is not over.")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_delivery")
    [step] = applied(administrator, "events")
    assert (step.rows, step.note) == (0, "The month is not closed.")
    close_months(at=NOW)
    hold = held(administrator, "mrn", ens.mrn)
    [step] = applied(administrator, "events")
    assert (step.rows, step.note) == (0, "Something in it is held.")
    with transaction.atomic():
        lift(hold, by=administrator, reason="Judgment of 2 November", at=NOW)
    count = Event.objects.filter(at__lt=NOW - timedelta(days=1)).count()
    [step] = applied(administrator, "events")
    assert step.rows == count > 0
    assert not Event.objects.filter(month__lt="2023-11-01").exists()
    assert DroppedMonth.objects.get(log="events_event").legal_basis == step.policy.legal_basis
    assert breaks() == []


@pytest.mark.parametrize("subject", ["eori", "mrn", "mrn of the house"])
def test_a_hold_keeps_the_stories_of_all_that_form_one_whole(
    administrator: User, time_machine: Any, subject: str
) -> None:
    time_machine.move_to(OLD, tick=False)
    lower, other = house(OLD), harmless(OLD, consignee=JAN)
    time_machine.move_to(NOW, tick=False)
    top = master(NOW)
    linked([top, lower], NOW)
    assert Ens.objects.get(pk=lower.pk).absorbed_by == top
    lodged(other, NOW)
    reference = {"eori": FORWARDER, "mrn": top.mrn}.get(subject, lower.mrn)
    held(administrator, subject[:4].strip(), reference)
    kept = covered()
    assert set(kept.ens) == {top.pk, lower.pk}
    assert set(kept.mrns) == {top.mrn, lower.mrn}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_delivery")
    close_months(at=NOW)
    [step] = applied(administrator, "events")
    assert (step.rows, step.note) == (0, "Something in it is held.")
    assert step.held == Event.objects.filter(stream=lower.pk, month__lt="2023-11-01").count() > 0


def test_the_access_log_goes_by_month_and_sign_ins_by_row(administrator: User) -> None:
    record_access(administrator, AccessLog.What.CASE, 1, at=OLD)
    record_access(administrator, AccessLog.What.CASE, 2, at=NOW)
    SignInEvent.objects.create(kind="signed_in", user=administrator, at=OLD)
    SignInEvent.objects.create(kind="signed_in", user=administrator, at=NOW)
    close_months(at=NOW)
    assert [step.rows for step in applied(administrator, "looks")] == [1]
    assert [step.rows for step in applied(administrator, "sign_ins")] == [1]
    assert AccessLog.objects.get().reference == "2"
    assert SignInEvent.objects.get().at == NOW


def test_names_and_addresses_are_blanked_everywhere_and_nothing_else(administrator: User) -> None:
    ens, young = declared(), declared(NOW - timedelta(days=30))
    version = FilingVersion.objects.get(filing__mrn=ens.mrn)
    before = version.document()
    [step] = applied(administrator, "parties")
    assert (step.rows, step.held, step.in_use) == (1, 0, 0)
    version.refresh_from_db()
    document = version.document()
    assert document.consignee == Party(country="NL")
    assert document.consignments == before.consignments
    assert document.declarant.identifier == before.declarant.identifier
    assert not DeclaredParty.objects.filter(filing_version=version).exclude(name="").exists()
    item = AnalysedItem.objects.get(ens=ens.pk)
    assert (item.consignee_key, item.address_key) == (None, None)
    assert wrong_versions([version.pk]) == []
    assert FilingVersion.objects.get(filing__mrn=young.mrn).document().consignee == JAN
    assert applied(administrator, "parties") == []


def test_what_the_analysis_of_a_forgotten_declaration_left_names_nobody(
    administrator: User,
) -> None:
    jan, other = declared(), declared(NOW - timedelta(days=30))
    piet = msgspec.structs.replace(JAN, name="Piet Pietersen", street="Kade 1")
    ens = assessed(lodged(harmless(OLD, consignee=piet), OLD), OLD)
    match = match_of("Zuyderlicht", ens, OLD, watched_list())
    screened = ScreenedName.objects.get(written="Piet Pietersen")
    NameMatch.objects.filter(pk=match.pk).update(name=screened)
    case = Case.objects.create(
        ens=ens, office="NL000396", outcome="hold", severity="high", score=1, opened_at=OLD,
        due_at=OLD, closed_at=OLD, cause="risk", status="closed", words="piet pietersen tiles",
    )  # fmt: skip
    key = AnalysedItem.objects.get(ens=ens.pk).consignee_key or ""
    for found in (key, "NL111111111"):
        ConfirmedFind.objects.create(kind="party", value=found, ens=ens.pk, control=1, found_at=OLD)
    bound = Bound(field="consignee.name", value="Piet Pietersen", operator="in", threshold="")
    likeness = Likeness(match=match.pk, list="firms", score=Decimal(1), agrees=True)
    with transaction.atomic(), retention_allowed():
        Assessment.objects.filter(ens=ens).update(
            hits=msgspec.to_builtins([Hit(rule="R", version=1, bound=(bound,))]),
            features=msgspec.to_builtins(Features(names={screened.reference: (likeness,)})),
        )
    applied(administrator, "parties")
    screened.refresh_from_db()
    match.refresh_from_db()
    case.refresh_from_db()
    assert (screened.written, screened.clues, case.words) == ("", [], "")
    assert screened.key == f"#{screened.pk}"
    assert (match.reasons, in_words(match.reasons).supports) == ({}, ())
    assert list(ConfirmedFind.objects.values_list("value", flat=True)) == ["NL111111111"]
    told = str(Assessment.objects.filter(ens=ens).values("hits", "features").get())
    assert "piet" not in told.lower()
    assert ScreenedName.objects.filter(written="Jan de Vries").exists(), (jan, other)


def test_held_and_undecided_declarations_keep_their_parties(administrator: User) -> None:
    ens, other = declared(), declared()
    Case.objects.create(
        ens=other, office="NL000396", outcome="hold", severity="high", score=1,
        opened_at=OLD, due_at=OLD, cause="risk",
    )  # fmt: skip
    held(administrator, "mrn", ens.mrn)
    [step] = applied(administrator, "parties")
    assert (step.rows, step.held, step.in_use) == (0, 1, 1)
    held(administrator, "everything", "")
    [step] = applied(administrator, "parties")
    assert (step.rows, step.held) == (0, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM messaging_rawbody",
        "UPDATE messaging_rawbody SET body = ''",
        "UPDATE declarations_filingversion SET document_json = '{}'",
        "DELETE FROM accounts_signinevent",
        "DELETE FROM privacy_retentionstep",
    ],
)
def test_everything_else_is_refused_afterwards_too(statement: str, administrator: User) -> None:
    declared()
    messages.received(SENDER, OLD, answer=messages.written("CC328A", SENDER, OLD))
    SignInEvent.objects.create(kind="signed_in", user=administrator, at=NOW)
    applied(administrator, "raw_messages")
    with (
        pytest.raises((InternalError, IntegrityError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_who_may_not_removes_nothing(administrator: User) -> None:
    messages.received(SENDER, OLD, answer=messages.written("CC328A", SENDER, OLD))
    refused = apply_retention(by=person(Role.AUDITOR), at=NOW, rehearsal=False)
    assert isinstance(refused, Refused)
    assert RawBody.objects.count() == 2
    with pytest.raises(CommandError):
        call_command("apply_retention", "--by", "nobody")


@pytest.mark.parametrize(
    ("subject", "reference", "reason"),
    [
        ("mrn", "26NL00000000000000", "Court case 17/2026"),
        ("eori", "NL000", "Court case 17/2026"),
        ("everything", "NL000", "Court case 17/2026"),
        ("everything", "", "because"),
    ],
)
def test_a_hold_needs_a_known_subject_and_a_reason(
    subject: str, reference: str, reason: str, administrator: User
) -> None:
    order = Order(subject=subject, reference=reference, reason=reason)
    assert isinstance(place(order, by=administrator, at=NOW), Finding)
    assert not LegalHold.objects.exists()


def test_a_hold_is_placed_and_lifted_once(administrator: User) -> None:
    hold = held(administrator, "everything", "")
    order = Order(subject="everything", reference="", reason="Court case 18/2026")
    assert isinstance(place(order, by=administrator, at=NOW), Finding)
    with transaction.atomic():
        lift(hold, by=administrator, reason="Judgment of 2 November", at=NOW)
        assert isinstance(lift(hold, by=administrator, reason="Once more, please", at=NOW), Finding)
    kinds = Event.objects.filter(kind__startswith="hold.").values_list("kind", flat=True)
    assert sorted(kinds) == ["hold.lifted", "hold.placed"]


def test_the_command_rehearses_unless_told_to_remove(
    administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    SignInEvent.objects.create(kind="signed_in", user=administrator, at=OLD)
    call_command("apply_retention", "--by", administrator.username)
    assert "sign_ins < 2" in capsys.readouterr().out
    assert SignInEvent.objects.count() == 1
    call_command("apply_retention", "--by", administrator.username, "--remove", "--kind=sign_ins")
    assert SignInEvent.objects.count() == 0
