"""What is broken is found, and named; what is whole is left in peace."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from customs_portal.accounts.models import User
from customs_portal.events.models import Delivery, Event
from declarations.models import DeclaredItem, Ens, Filing, Measure, SearchKey
from messaging.invariants.book import INVARIANTS, breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage, OutboundMessage
from risk.models import Case, Decision
from tests.messaging.builders import minimal_document
from tests.pipeline.conftest import lodger as lodger  # noqa: PLC0414  a fixture
from tests.pipeline.conftest import officer as officer  # noqa: PLC0414  a fixture
from tests.pipeline.conftest import publish
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture
from tests.pipeline.test_main_job import BANANAS, decided, drain, flagged, send, send_bytes


@pytest.fixture
def site(lodger: str, officer: User) -> str:
    """A decided and told risk, one that passed, one rejected, one unreadable, one repeated."""
    publish(("TST-01", BANANAS))
    send(lodger, flagged(), "A")
    drain()
    decided(officer, announce=True)
    send(lodger, minimal_document(lrn="PASSES"), "B")
    send(lodger, minimal_document(lrn="PASSES"), "B")
    send(lodger, minimal_document(lrn="FOREIGN", office_of_first_entry="DE004600"), "C")
    send_bytes(lodger, b"<not-ours/>")
    drain()
    return lodger


def unprotected(statement: str, values: list[int] | None = None) -> None:
    """Run a statement past constraints and triggers, as somebody with the keys could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def broken() -> set[str]:
    return {breach.invariant.name for breach in breaches(Scope(sample=None))}


def test_a_site_at_work_breaks_nothing(site: str) -> None:
    assert broken() == set()


def test_unfinished_work_breaks_nothing(site: str) -> None:
    send(site, flagged(lrn="WAITS"), "D")
    assert broken() == set()
    Delivery.objects.update(parked_at="2026-11-22T12:00Z", attempts=5, error="ValueError")
    assert broken() == set()


def drop(constraint: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{constraint}" CASCADE')
        cursor.execute(f'DROP INDEX IF EXISTS "{constraint}"')


def lose_delivery(token: str) -> None:
    send(token, minimal_document(lrn="LOST"), "D")
    Delivery.objects.all().delete()


def lose_answer(token: str) -> None:
    InboundMessage.objects.filter(answer__kind="CC328A").update(answer=None)
    unprotected("DELETE FROM messaging_outboundmessage WHERE kind = 'CC328A'")


def lose_assessment(token: str) -> None:
    ens = Ens.objects.get(mrn=Filing.objects.get(lrn="PASSES").mrn)
    unprotected("DELETE FROM risk_assessment WHERE ens_id = %s", [ens.pk])


def lose_case(token: str) -> None:
    unprotected("UPDATE risk_assessment SET status = 'review', result = '' WHERE result = 'risk'")


def open_idle_case(token: str) -> None:
    Case.objects.update(status="open")


def pass_by_mistake(token: str) -> None:
    unprotected("UPDATE risk_assessment SET outcome = 'hold' WHERE result = 'no_risk'")


def lose_announcement(token: str) -> None:
    unprotected("DELETE FROM messaging_outboundmessage WHERE kind = 'CC351A'")


def announce_secretly(token: str) -> None:
    Measure.objects.update(announced_at=None)


def lose_transmission(token: str) -> None:
    unprotected("DELETE FROM messaging_outboundmessage WHERE kind = 'CD319A' AND recipient = 'DE'")


def lose_notice(token: str) -> None:
    unprotected("DELETE FROM declarations_subsequententrynotice")


def invent_message(token: str) -> None:
    OutboundMessage.objects.filter(kind="CC351A").update(event_id=10**12)


def tell_twice(token: str) -> None:
    message = OutboundMessage.objects.get(kind="CC351A")
    drop("one_message_per_event", "messaging_outboundmessage")
    OutboundMessage.objects.create(
        **{f.attname: getattr(message, f.attname) for f in message._meta.concrete_fields}
        | {"id": None, "message_identification": "M9"}
    )


def lodge_twice(token: str) -> None:
    unprotected(
        "INSERT INTO declarations_filingversion"
        " (filing_id, number, message_id, document_json, created_at)"
        " SELECT filing_id, 2, message_id, document_json, created_at"
        " FROM declarations_filingversion LIMIT 1"
    )


def open_twice(token: str) -> None:
    case = Case.objects.get()
    drop("one_open_case_per_ens", "risk_case")
    values = {f.attname: getattr(case, f.attname) for f in case._meta.concrete_fields}
    for _ in range(2):
        Case.objects.create(**values | {"id": None, "status": "open", "cause": "not_assessed"})


def decide_twice(token: str) -> None:
    decision = Decision.objects.get()
    values = {f.attname: getattr(decision, f.attname) for f in decision._meta.concrete_fields}
    Decision.objects.create(**values | {"id": None})


def forge_measure(token: str) -> None:
    Measure.objects.update(reason_code="HLD-99")


def change_body(token: str) -> None:
    unprotected("UPDATE messaging_rawbody SET body = body || 'x'::bytea")


def lose_event(token: str) -> None:
    send(token, minimal_document(lrn="LOST"), "D")
    unprotected("DELETE FROM events_event WHERE id = %s", [Event.objects.latest("id").pk])


def call_nobody(token: str) -> None:
    send(token, minimal_document(lrn="LOST"), "D")
    Delivery.objects.update(consumer="nobody")


def call_twice(token: str) -> None:
    send(token, minimal_document(lrn="LOST"), "D")
    delivery = Delivery.objects.get()
    delivery.pk = None
    delivery.save()


def hide_item(token: str) -> None:
    DeclaredItem.objects.update(commodity_code="000000")


def hide_key(token: str) -> None:
    SearchKey.objects.filter(kind="lrn").delete()


def stop_clock(token: str) -> None:
    Ens.objects.update(status="ready")


WAYS: list[tuple[Callable[[str], None], set[str]]] = [
    (lose_delivery, {"unanswered"}),
    (lose_answer, {"unanswered", "not_told"}),
    (lose_assessment, {"not_assessed"}),
    (lose_case, {"undecided_without_case", "assessed_too_early"}),
    (open_idle_case, {"case_without_reason"}),
    (pass_by_mistake, {"passed_by_mistake"}),
    (lose_announcement, {"not_told", "announced_but_not_told"}),
    (announce_secretly, {"unannounced_but_told"}),
    (lose_transmission, {"states_not_told"}),
    (lose_notice, {"own_offices_not_told"}),
    (invent_message, {"without_cause", "not_told", "announced_but_not_told"}),
    (tell_twice, {"told_twice"}),
    (lodge_twice, {"lodged_twice", "wrong_projections"}),
    (open_twice, {"open_cases_twice"}),
    (decide_twice, {"decided_twice"}),
    (forge_measure, {"measure_without_decision"}),
    (change_body, {"changed_bodies"}),
    (lose_event, {"unanswered", "due_for_nothing"}),
    (call_nobody, {"unanswered", "due_for_nobody"}),
    (call_twice, {"due_twice"}),
    (hide_item, {"wrong_projections"}),
    (hide_key, {"wrong_projections"}),
    (stop_clock, {"unlimited"}),
]


@pytest.mark.parametrize(("harm", "names"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_what_is_broken_is_named(site: str, harm: Callable[[str], None], names: set[str]) -> None:
    harm(site)
    assert broken() == names


def test_the_command_prints_what_is_broken_and_fails(site: str) -> None:
    hide_item(site)
    output = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", stdout=output)
    assert ended.value.code == 1
    versions = Filing.objects.filter(status="registered").order_by("pk")
    lines = [f"  filing version {filing.versions.get().pk}" for filing in versions]
    assert output.getvalue().splitlines() == [
        "Broken: What is searched is what was declared.",
        *lines,
    ]


def test_the_command_counts_for_machines(site: str) -> None:
    lose_answer(site)
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_invariants", format="json", stdout=output)
    found = json.loads(output.getvalue())
    assert (found["lost"], found["duplicates"]) == (4, 0)
    assert [each["name"] for each in found["broken"]] == ["unanswered", "not_told"]
    assert found["broken"][0]["count"] == 2


def test_the_command_says_that_all_holds(site: str) -> None:
    output = StringIO()
    call_command("check_invariants", "--all", stdout=output)
    assert output.getvalue() == f"{len(INVARIANTS)} invariants hold.\n"


def test_the_projection_is_checked_and_rebuilt(site: str) -> None:
    call_command("check_projection", stdout=StringIO())
    hide_item(site)
    hide_key(site)
    with pytest.raises(CommandError, match="2 of 2 versions differ"):
        call_command("check_projection", stdout=StringIO())
    mrn = Filing.objects.get(lrn="PASSES").mrn
    call_command("rebuild_projection", mrn=mrn, stdout=StringIO())
    with pytest.raises(CommandError, match="1 of 2 versions differ"):
        call_command("check_projection", stdout=StringIO())
    call_command("rebuild_projection", stdout=StringIO())
    call_command("check_projection", stdout=StringIO())
    assert set(DeclaredItem.objects.values_list("commodity_code", flat=True)) == {
        "080390",
        "690721",
    }
    with pytest.raises(CommandError, match="no ENS"):
        call_command("rebuild_projection", mrn="26NL0003960000000X", stdout=StringIO())
