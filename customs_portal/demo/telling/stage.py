"""Where a story is told: a clock that only the story moves, the firms and officers of the demo."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from lxml import etree

from customs_portal.accounts.models import ApiToken, Operator, User
from customs_portal.accounts.services import issue_token
from customs_portal.demo.telling.picture import picture
from customs_portal.events import advance
from declarations.document import Document
from declarations.models import Ens, Measure, Referral
from declarations.services.answers import Answer, answer
from declarations.services.controls import (
    Appointment,
    ControlOrder,
    ControlResult,
    order_controls,
    record_results,
    schedule_controls,
    start_controls,
)
from declarations.services.goods import GoodsOrder, present, release
from declarations.services.lifting import StepOrder, take_steps
from declarations.services.pictures import add_picture
from declarations.tasks import look_for_infringements, reconcile, tell_ended_clocks
from messaging.formats.answers import Envelope
from messaging.formats.ics1.writing import write_declaration
from messaging.formats.registry import read
from messaging.formats.requests import DeclarationsRequest
from messaging.inbox import receive
from messaging.models import InboundMessage, OutboundMessage, Partner
from messaging.reads import raw_body
from messaging.services import collect, connect_system
from messaging.undelivered import open_undelivered
from risk.models import Case, NameMatch
from risk.services import DecisionOrder, decide
from risk.services.failsafe import open_unassessed
from risk.services.name_matches import Judgement, judge

Order = TypeVar("Order")
Result = TypeVar("Result")
SYSTEMS = {"BE": "BE900000001", "DE": "DE900000001", "FR": "FR900000001"}
"""By country the operator whose token its administration uses."""


class StoryError(Exception):
    """A step of a story was refused that must not be."""


class Stage:
    """Moves one clock through a story; all that happens at a time happens at `at`.

    Ids of messages are made of the story's name and a number, so that a story told again at the
    same time sends the same bytes. The systems of those `offline` fetch nothing.
    """

    def __init__(self, name: str, at: datetime) -> None:
        self.name = name
        self.at = at
        self.offline: set[str] = set()
        self._messages = 0

    # -- time

    def wait(self, **span: float) -> None:
        """Let time pass, as `timedelta` takes it, and with it whatever time alone brings about."""
        self.collect()
        self.at += timedelta(**span)
        tell_ended_clocks(self.at)
        advance.drain(at=self.at)
        reconcile(self.at)
        look_for_infringements(self.at)
        for sweep in (open_unassessed, open_undelivered):
            with transaction.atomic():
                sweep(at=self.at)
        advance.drain(at=self.at)

    # -- firms and administrations

    def envelope(self, sender: str) -> Envelope:
        """Return the envelope of the next message of the story."""
        self._messages += 1
        return Envelope(
            sender=sender,
            recipient="NTA.NL",
            message_id=f"{self.name}{self.at:%y%m%d}{self._messages:02}",
            prepared_at=self.at,
        )

    def send(self, sender: str, body: bytes) -> UUID:
        """Send a message with the token of its sender, let it be worked off, return its id."""
        token = ApiToken.objects.filter(operator__eori=sender).latest("created")
        correlation = receive(token_digest=token.digest, body=body, at=self.at)
        if correlation is None:
            raise StoryError(f"{sender} may not send messages.")
        advance.drain(at=self.at)
        return correlation

    def declare(self, sender: str, document: Document) -> UUID:
        """Send a declaration or an amendment."""
        return self.send(sender, write_declaration(document, self.envelope(sender)))

    def answer(self, correlation: UUID) -> "etree._Element":
        """Return what a message was answered with."""
        message = InboundMessage.objects.get(correlation=correlation)
        if message.answer is None:
            raise StoryError("There is no answer.")
        return etree.fromstring(raw_body(message.answer))

    def mrn(self, correlation: UUID) -> str:
        """Return the MRN that a declaration was answered with."""
        said = self.answer(correlation)
        found = said.findtext("HEAHEA/DocNumHEA5") or said.findtext("{*}MRN")
        if found is None:
            raise StoryError("The declaration was not registered.")
        return found

    def ens(self, mrn: str) -> Ens:
        """Return the ENS as it is now."""
        return Ens.objects.get(mrn=mrn)

    def collect(self) -> None:
        """Let the systems of all that are not offline fetch what waits for them."""
        sent = OutboundMessage.objects.filter(state="waiting", created_at__lte=self.at)
        heard = sent.exclude(recipient__in=self.offline).order_by("pk")
        with transaction.atomic():
            collect(list(heard.values_list("pk", flat=True)), by=None, at=self.at)

    def administration(self, country: str) -> str:
        """Connect the system of another administration, and return the EORI of its operator."""
        eori = SYSTEMS[country]
        owner, is_new = Operator.objects.get_or_create(
            eori=eori, defaults={"name": f"Customs administration of {country}"}
        )
        if is_new:
            issue_token(operator=owner, at=self.at, label="story")
        partner, _created = Partner.objects.update_or_create(
            country=country, defaults={"name": owner.name, "operator": owner, "active": True}
        )
        connect_system(partner)
        return eori

    def asked(self, country: str) -> DeclarationsRequest:
        """Return the last IE302 by which we asked an administration, as it reads it."""
        message = OutboundMessage.objects.filter(kind="CD302A", recipient=country).latest("pk")
        content = read(raw_body(message)).content
        if not isinstance(content, DeclarationsRequest):
            raise StoryError("The request cannot be read.")
        return content

    # -- officers

    def officer(self, name: str) -> User:
        """Return a person of the demo."""
        return User.objects.get(username=name)

    def case(self, mrn: str) -> Case:
        """Return the open case on an ENS."""
        return Case.objects.open().get(ens__mrn=mrn)

    def decide(self, mrn: str, verb: str, reason: str, *, by: str = "anna", **more: Any) -> int:
        """Decide the open case and return the measure, 0 for none."""
        case = self.case(mrn)
        order = DecisionOrder(
            case=case.pk, revision=case.revision, verb=verb, reason_code=reason, **more
        )
        decided = self.done(decide, order, by)
        return getattr(decided, "measure", None) or 0

    def ask(self, mrn: str, reason: str, question: str, *, note: str, by: str = "anna") -> None:
        """Ask whoever filed a declaration for information (RFI)."""
        self.decide(mrn, "rfi", reason, question=question, note=note, by=by)

    def asked_by(self, mrn: str) -> str:
        """Return the reference of the open question about a declaration."""
        return Referral.objects.open().get(ens__mrn=mrn).reference

    def reply(self, mrn: str, text: str, *, by: str) -> None:
        """Answer the open question about a declaration, as a person of the firm that was asked."""
        sent = Answer(reference=self.asked_by(mrn), text=text)
        self._carry_out(lambda: [answer(sent, user=self.officer(by), at=self.at)])

    def dismiss(self, mrn: str, reason: str, *, days: int, by: str = "anna") -> None:
        """Say for some days that the one name of a declaration that is like a listed one is not."""
        match = NameMatch.objects.get(hits__ens=self.ens(mrn))
        until = (self.at + timedelta(days=days)).date()
        judgement = Judgement(match=match.pk, reason=reason, until=until)
        self._carry_out(partial(judge, [judgement], person=self.officer(by), at=self.at))

    def measure(self, key: int) -> Measure:
        """Return a measure as it is now."""
        return Measure.objects.select_related("ens", "control").get(pk=key)

    def control(self, key: int, *, type_: str, objects: str, announce: bool, by: str) -> None:
        """Order a recommended control, appoint it for an hour later and begin it then."""
        version = self.measure(key).ens.version
        order = ControlOrder(
            measure=key,
            version=version,
            type=type_,
            objects=objects,
            note="As the office of first entry recommends.",
        )
        self.done(order_controls, order, by)
        when = self.at + timedelta(hours=1)
        appointment = Appointment(
            measure=key,
            scheduled_at=when,
            location="Scan gate 2",
            to_present=objects,
            announce=announce,
        )
        self.done(schedule_controls, appointment, by)
        self.wait(hours=1)
        self.done(start_controls, key, by)

    def found(
        self,
        key: int,
        result: str,
        *,
        method: str,
        finding: str,
        by: str,
        quantities: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Record what a control found, half an hour after it began."""
        self.wait(minutes=30)
        outcome = ControlResult(
            measure=key,
            result_code=result,
            method=method,
            finding=finding,
            quantities=quantities,
        )
        self.done(record_results, outcome, by)

    def photograph(self, key: int, name: str, *, by: str) -> None:
        """Keep a picture with a control."""
        with transaction.atomic():
            add_picture(key, name=name, content=picture(), officer=self.officer(by), at=self.at)

    def lift(self, key: int, reason: str, *, note: str, by: str) -> None:
        """Lift a measure."""
        order = StepOrder(
            measure=key,
            verb="lift",
            reason_code=reason,
            version=self.measure(key).ens.version,
            note=note,
        )
        self.done(take_steps, order, by)

    def present(self, mrn: str, *, by: str = "anna") -> None:
        """Present the goods of a declaration."""
        for order in self._goods(mrn, ""):
            self.done(present, order, by)

    def release(self, mrn: str, reason: str, *, by: str = "anna") -> None:
        """Release the goods of a declaration."""
        for order in self._goods(mrn, reason):
            self.done(release, order, by)

    def _goods(self, mrn: str, reason: str) -> list[GoodsOrder]:
        lives = self.ens(mrn).members.order_by("filing__consignments")
        return [
            GoodsOrder(consignment=key, reason_code=reason)
            for key in lives.values_list("filing__consignments", flat=True)
        ]

    def done(
        self, verb: Callable[..., Sequence[Result]], order: object, by: str, **more: object
    ) -> Result:
        """Carry out one order of an officer, and let what follows from it be done."""
        return self._carry_out(partial(verb, [order], officer=self.officer(by), at=self.at, **more))

    def _carry_out(self, verb: Callable[[], Sequence[Result]]) -> Result:
        with transaction.atomic():
            [result] = verb()
        refused = getattr(result, "findings", None)
        if refused:
            raise StoryError(f"{verb}: {[found.text for found in refused]}")
        advance.drain(at=self.at)
        return result
