"""A world with one of everything, made by the real way of a message, and the people around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction

from customs_portal import clock
from customs_portal.accounts.access_log import record_access
from customs_portal.accounts.invitations import invite
from customs_portal.accounts.models import (
    AccessLog,
    ApiToken,
    Mandate,
    OfficeMembership,
    Operator,
    OperatorMembership,
    Recusal,
    Role,
    SignedInSession,
    SignInEvent,
    Substitution,
    Team,
    TeamMembership,
    User,
)
from customs_portal.accounts.services import issue_list_token, issue_token
from customs_portal.events import advance
from customs_portal.events.models import Delivery, DroppedMonth, Event, MonthDigest
from customs_portal.privacy.models import LegalHold, RetentionPolicy, RetentionStep
from customs_portal.reference import snapshot
from customs_portal.reference.models import Office
from declarations.arrivals import Notification, Reported
from declarations.document import Document
from declarations.models import (
    Arrival,
    ArrivalLine,
    Attachment,
    Control,
    ControlPicture,
    DeclarationRequest,
    DualFiling,
    Ens,
    Filing,
    FilingLink,
    Infringement,
    Measure,
    MeasureProposal,
    Outage,
    ReceivedTransmission,
    Refusal,
    SubsequentEntryFeedback,
    SubsequentEntryNotice,
)
from declarations.services.arrive import arrive
from messaging.formats.ics1.writing import write_declaration
from messaging.inbox import receive
from messaging.models import (
    Dispatch,
    OutboundMessage,
    Partner,
    PartnerContact,
    PartnerKey,
    PartnerLine,
    PartnerOutage,
    PortSystem,
    Subscription,
    Transmission,
)
from messaging.wire.signing import new_key
from risk import rule_sets
from risk.engine.operators import Operator as Op
from risk.engine.tree import Leaf
from risk.models import (
    Case,
    CaseNote,
    ChapterModelMeasure,
    ConfirmedFind,
    Decision,
    DecisionProposal,
    ReferenceList,
    SavedView,
    Screening,
    ShiftNote,
    ShiftNoteReading,
    Undoing,
)
from risk.services import Decided, DecisionOrder, decide
from tests.factories.linked import body
from tests.factories.names import names_at_work
from tests.factories.reference import load_reference
from tests.factories.rules import rules_at_work
from tests.messaging.builders import LODGER, envelope, minimal_document
from tests.pipeline.conftest import publish

HERE, ELSEWHERE = "NL000396", "NL000432"
STRANGER = "NL222222222"
LISTS = "lists"
"""The token that loads lists."""
SUSPECT = "080390"
HIT = Leaf(field="item.hs6", operator=Op.IN_VALUES, values=(SUSPECT,))


@dataclass(frozen=True)
class World:
    """People by role and place, tokens by EORI number, and one that loads lists."""

    people: dict[str, User]
    tokens: dict[str, str]
    at: datetime


def make_world() -> World:
    """Make it: two flagged declarations, one decided (held, announced) and one open."""
    snapshot.forget()
    rule_sets.forget()
    at = clock.now()
    load_reference()
    publish(("TST-01", HIT))
    rules_at_work(at)
    ReferenceList.objects.create(code="watched", name="Watched")
    tokens = {eori: _operator(eori, at) for eori in (LODGER, STRANGER)}
    people = _people()
    tokens[LISTS] = issue_list_token(analyst=people["analyst"], at=at)
    _lodge_flagged((1, 2), at)
    _hold(Case.objects.order_by("pk")[0], people["officer"], at)
    advance.drain()
    _measures(people, at)
    names_at_work(people["officer"], Case.objects.order_by("pk")[1].ens, at)
    partner_with_everything(at)
    _casework(people, at)
    _screening(at)
    Outage.objects.create(from_at=at, what="Power", declared_by=people["administrator"])
    DroppedMonth.objects.create(
        log="events_event", month="2019-12-01", dropped_at=at, legal_basis="x"
    )
    MonthDigest.objects.create(month="2020-01-01", events=0, digest=bytes(32), closed_at=at)
    record_access(people["officer"], AccessLog.What.CASE, 1, at=at)
    _at_the_door(people, at)
    _shift(people, at)
    _arrivals(people["supervisor"], at)
    _kept(people["administrator"], at)
    _found(at)
    _waiting_master(at)
    event = Event.objects.order_by("pk")[0]
    Delivery.objects.create(
        consumer="reply", event_id=event.pk, event_month=event.month, not_before=at,
        attempts=5, parked_at=at, error="ValueError: test",
    )  # fmt: skip
    return World(people, tokens, at)


def partner_with_everything(at: datetime) -> Partner:
    """A partner that cannot be reached, with contact, key, outage to come, and message refused."""
    partner = Partner.objects.create(
        country="BE", name="Belgium", transport="http", address="http://127.0.0.1:9"
    )
    PartnerContact.objects.create(partner=partner, name="Desk", telephone="+32 2 0000000")
    key = new_key()
    PartnerKey.objects.create(
        partner=partner, key_id=str(key.kid), public_key=key.as_dict(private=False), valid_from=at
    )
    PartnerOutage.objects.create(
        partner=partner, from_at=at + timedelta(days=1), to_at=at + timedelta(days=2), reason="x"
    )
    PartnerLine.objects.create(partner=partner, error="x", failed_at=at, failures=1)
    Dispatch.objects.create(
        message=OutboundMessage.objects.filter(channel="partner")[0], partner=partner,
        state="stopped", attempts=1, tried_at=at, error="422 kind_not_agreed",
    )  # fmt: skip
    Transmission.objects.create(
        partner=partner, identification="M1", kind="CD302A", digest=bytes(32),
        correlation=uuid4(), received_at=at, receipt="x",
    )  # fmt: skip
    return partner


def _shift(people: dict[str, User], at: datetime) -> None:
    """The note of a shift, read by somebody, and a saved view."""
    note = ShiftNote.objects.create(
        office=HERE, text="Quiet.", standing={"open": 1, "late": 0, "nobody": 1},
        signed_by=people["officer"], signed_at=at,
    )  # fmt: skip
    ShiftNoteReading.objects.create(note=note, reader=people["supervisor"], read_at=at)
    SavedView.objects.create(owner=people["officer"], name="Sea", query="tab=office&mode=1")


def _at_the_door(people: dict[str, User], at: datetime) -> None:
    """One of everything of logging in."""
    officer = people["officer"]
    SignInEvent.objects.create(kind=SignInEvent.Kind.SIGNED_IN, user=officer, at=at)
    SignedInSession.objects.create(user=officer, started_at=at, seen_at=at)
    with transaction.atomic():
        invite(user=people["partner"], by=people["administrator"], at=at)


def _found(at: datetime) -> None:
    """A box in which a control found something, and how well descriptions are judged."""
    control = Control.objects.order_by("pk")[0]
    ConfirmedFind.objects.create(
        kind="container", value="CSQU3054383", ens=control.measure.ens_id, control=control.pk,
        found_at=at,
    )  # fmt: skip
    ChapterModelMeasure.objects.create(
        measured_at=at, digest="0", labels=1, first=1, among_three=1, flagged_wrongly=0, caught=1
    )


def _waiting_master(at: datetime) -> None:
    """A master whose houses are missing; one stood below it for a while."""
    token = ApiToken.objects.get(operator__eori=LODGER)
    assert receive(token_digest=token.digest, body=body("F12", "LRN-M", LODGER), at=at) is not None
    advance.drain()
    lower, upper = Filing.objects.earliest("pk"), Filing.objects.get(lrn="LRN-M")
    FilingLink.objects.create(lower=lower, upper=upper, linked_at=at, ended_at=at)


def _kept(administrator: User, at: datetime) -> None:
    """A policy, a hold, and a rehearsal."""
    call_command("load_retention", verbosity=0)
    LegalHold.objects.create(
        subject="eori", reference=LODGER, reason="Court case 17", placed_by=administrator,
        placed_at=at,
    )  # fmt: skip
    RetentionStep.objects.create(
        run=uuid4(), policy=RetentionPolicy.objects.all()[0], what="2019-12", rehearsal=True,
        rows=0, held=0, in_use=0, by=administrator, at=at,
    )  # fmt: skip


def _arrivals(supervisor: User, at: datetime) -> None:
    """A truck with a box that nobody declared, a pair of declarations, a possible infringement."""
    note = Notification(
        reference="T1", mode="3", means="AB-12-CD", office=HERE, arrived_at=at, received_at=at,
        officer=supervisor.pk, lines=(Reported(container="DMOU9999999"),),
    )  # fmt: skip
    with transaction.atomic():
        arrive([note], at=at)
    first, second = Ens.objects.order_by("pk")[:2]
    SubsequentEntryNotice.objects.create(
        ens=first, office=HERE, version=1, result_code="B", informed_at=at
    )
    ReceivedTransmission.objects.create(
        ens=first, message="IE319", country="BE", message_id=1, prepared_at=at, received_at=at,
        version=1,
    )  # fmt: skip
    SubsequentEntryFeedback.objects.create(
        ens=first, country="BE", office="BE101000", action="released", result="Seen",
        acted_at=at, received_at=at, message_id=1,
    )  # fmt: skip
    DeclarationRequest.objects.create(
        reference="NL1", country="BE", office=HERE, asked_at=at, arrival=Arrival.objects.get()
    )
    DualFiling.objects.create(
        first=first, second=second, state="suspected", policy="carrier_wins", documents=[],
        all_keys_equal=False, detected_at=at,
    )  # fmt: skip
    Infringement.objects.create(
        kind="missing", state="candidate", office=HERE, line=ArrivalLine.objects.get(),
        facts="DMOU9999999", found_at=at,
    )  # fmt: skip


def _screening(at: datetime) -> None:
    """A State that was asked about the first declaration."""
    ens = Ens.objects.order_by("pk")[0]
    Screening.objects.create(
        ens=ens, ens_version=ens.versions.get(number=ens.version), is_ours=True, country="BE",
        kind="full", reference="R1", state="silent", asked_at=at, ends_at=at,
    )  # fmt: skip


def _casework(people: dict[str, User], at: datetime) -> None:
    """A question, a file, a note, a proposal, and a decision that was undone, as rows."""
    case, officer = Case.objects.get(status="open"), people["officer"]
    order = DecisionOrder(
        case=case.pk, revision=case.revision, verb="rfi", reason_code="RFI-01", question="What?"
    )
    with transaction.atomic():
        [asked] = decide([order], officer=officer, at=at)
    assert isinstance(asked, Decided)
    advance.drain()
    Attachment.objects.create(
        ens=case.ens, referral_id=asked.referral, name="a.pdf", media_type="application/pdf",
        size=0, digest="0" * 64, scan="clean", scanned_at=at, added_by=officer, added_at=at,
    )  # fmt: skip
    CaseNote.objects.create(case=case, text="Rang.", officer=officer, noted_at=at)
    closed = Case.objects.get(status="closed")
    DecisionProposal.objects.create(
        case=closed, revision=1, verb="hold", reason_code="HLD-05", order={}, state="void",
        proposed_by=officer, proposed_at=at, ended_at=at,
    )  # fmt: skip
    Undoing.objects.create(decision=Decision.objects.get(), officer=officer, at=at)


def _measures(people: dict[str, User], at: datetime) -> None:
    """A row of each kind that hangs on a measure."""
    hold = Measure.objects.order_by("pk")[0]
    MeasureProposal.objects.create(
        measure=hold, verb="lift", reason_code="HLD-L1", version=1,
        proposed_by=people["officer"], proposed_at=at,
    )  # fmt: skip
    control = Control.objects.create(measure=hold, type="CTL-02")
    ControlPicture.objects.create(
        control=control, file=ContentFile(b"\x89PNG\r\n\x1a\n", "x"), name="doors.png",
        media_type="image/png", size=8, digest="0" * 64, added_by=people["officer"], added_at=at,
    )  # fmt: skip
    Refusal.objects.create(measure=hold, reasons="None.")
    operator = Operator.objects.get(eori=STRANGER)
    PortSystem.objects.create(name="Terminal", location="NLRTM", operator=operator)
    Subscription.objects.create(operator=operator, kind=Subscription.Kind.INFORMATION_ASKED)


def add_declarations(world: World, count: int) -> None:
    """Lodge more of the same and hold each."""
    _lodge_flagged(range(100, 100 + count), world.at)
    for case in Case.objects.filter(status="open"):
        _hold(case, world.people["officer"], world.at)
    advance.drain()


def lodge_flagged(world: World) -> None:
    """Lodge one that hits the rule; nobody has looked at it."""
    _lodge_flagged((50,), world.at)


def lodge_clean(world: World) -> None:
    """Lodge one that hits no rule, in all else the same."""
    _lodge(_declaration("LRN-CLEAN", world.at), "M-CLEAN", world.at)
    advance.drain()


def _lodge_flagged(numbers: Iterable[int], at: datetime) -> None:
    for number in numbers:
        _lodge(_flagged(f"LRN{number}", at), f"M{number}", at)
    advance.drain()


def _operator(eori: str, at: datetime) -> str:
    operator = Operator.objects.create(eori=eori, name=f"Firm {eori}")
    return issue_token(operator=operator, at=at)


def _people() -> dict[str, User]:
    people = {str(role): _person(str(role), role, HERE) for role in Role}
    for role in (Role.OFFICER, Role.SUPERVISOR):
        people[f"{role} elsewhere"] = _person(f"{role}-elsewhere", role, ELSEWHERE)
    people["trader elsewhere"] = _person("trader-elsewhere", Role.TRADER, "")
    for name, eori in (("trader", LODGER), ("trader elsewhere", STRANGER)):
        operator = Operator.objects.get(eori=eori)
        OperatorMembership.objects.create(
            user=people[name], operator=operator, role=OperatorMembership.Role.OWNER
        )
    _mandate(people["trader"])
    _duty(people)
    return people


def _mandate(owner: User) -> None:
    """One that the trader gave; the trader elsewhere has no part in it."""
    operator = Operator.objects.get(eori=LODGER)
    agent = Operator.objects.create(eori="NL333333333", name="Agent")
    Mandate.objects.create(
        operator=operator,
        representative=agent,
        scopes=["amend"],
        granted_by=owner,
        granted_at=clock.now(),
    )


def _duty(people: dict[str, User]) -> None:
    """A team, an absence and a recusal at the office of most people."""
    officer, supervisor = people["officer"], people["supervisor"]
    team = Team.objects.create(
        office=Office.objects.get(reference=HERE), name="Day", supervisor=supervisor
    )
    TeamMembership.objects.create(team=team, user=officer)
    Substitution.objects.create(
        absent=officer, substitute=supervisor, valid_from="2026-01-01", valid_to="2026-01-02"
    )
    Recusal.objects.create(
        user=officer, eori="NL444444444", reason="Shares", declared_at=clock.now()
    )


def _person(name: str, role: Role, office: str) -> User:
    user = User.objects.create_user(name, password="x", role=role)
    if role in (Role.OFFICER, Role.SUPERVISOR):
        OfficeMembership.objects.create(user=user, office=Office.objects.get(reference=office))
    return user


def _declaration(lrn: str, at: datetime) -> Document:
    """A declaration with offices of subsequent entry of ours and of others."""
    return minimal_document(
        lrn=lrn,
        subsequent_offices=("BE101000", "NL000510"),
        expected_arrival=at + timedelta(days=9),
    )


def _flagged(lrn: str, at: datetime) -> Document:
    """The same with goods that hit the rule."""
    document = _declaration(lrn, at)
    item = msgspec.structs.replace(next(document.items()), commodity_code=SUSPECT)
    consignment = msgspec.structs.replace(document.consignments[0], items=(item,))
    return msgspec.structs.replace(document, consignments=(consignment,))


def _lodge(document: Document, message: str, at: datetime) -> None:
    body = write_declaration(document, envelope(message_id=message))
    token = ApiToken.objects.get(operator__eori=LODGER)
    assert receive(token_digest=token.digest, body=body, at=at) is not None


def _hold(case: Case, officer: User, at: datetime) -> None:
    order = DecisionOrder(
        case=case.pk,
        revision=case.revision,
        verb="hold",
        reason_code="HLD-04",
        note="Waiting for the contract.",
        announce=True,
    )
    with transaction.atomic():
        [result] = decide([order], officer=officer, at=at)
    assert isinstance(result, Decided), result
