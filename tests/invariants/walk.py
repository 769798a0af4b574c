"""One random walk over all machines: messages, decisions, time; what is refused changes nothing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lxml import etree

from customs_portal.accounts.models import Role, User
from customs_portal.events import advance
from customs_portal.events.models import Delivery
from declarations.arrivals import Reported
from declarations.document import Document, Party, Seal
from declarations.models import Arrival, ArrivalLine, ConsignmentLife, DualFiling, Ens, Measure
from declarations.services import controls, goods, lifting, refusals, unmatched
from declarations.services.do_not_load import decline_do_not_loads
from declarations.services.dual_filing import Choice
from declarations.services.found import FoundGoods, report_found
from declarations.services.reconfirm import Reconfirmation, reconfirm
from declarations.services.results import Refused as NotDone
from declarations.tasks import look_for_infringements, reconcile, tell_ended_clocks
from messaging.formats.ics1.writing import write_declaration
from messaging.inbox import receive
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage
from messaging.reads import raw_body
from messaging.undelivered import open_undelivered, record_call
from risk.models import Case
from risk.services import DecisionOrder, Refused, claim, decide, give_back
from risk.services.dual_filing import decide_pairs
from risk.services.failsafe import open_unassessed
from risk.services.sign import sign
from tests.factories.people import person
from tests.messaging.builders import arrival_message, envelope, goods_item, minimal_document
from tests.pipeline.conftest import CARRIER, LODGER, operator
from tests.pipeline.test_diversion import request

BEGIN = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CHECKED_EVERY = 10
REFUSALS = ("CC316A", "CC305A", "CC324A", "CC349A", "CD917B")
OFFICE = "NL000396"
SHIPS = ("9074729", "9319466")
SPANS = (timedelta(minutes=3), timedelta(hours=2), timedelta(hours=13), timedelta(days=2),
         timedelta(days=9))  # fmt: skip
_STATE = """
SELECT md5(concat_ws('|',
    (SELECT string_agg(f::text, ';' ORDER BY id) FROM declarations_filing f
     WHERE status <> 'rejected'),
    (SELECT string_agg(n::text, ';' ORDER BY id) FROM declarations_ens n),
    (SELECT string_agg(m::text, ';' ORDER BY id) FROM declarations_measure m),
    (SELECT string_agg(c::text, ';' ORDER BY measure_id) FROM declarations_control c),
    (SELECT string_agg(r::text, ';' ORDER BY measure_id) FROM declarations_refusal r),
    (SELECT string_agg(l::text, ';' ORDER BY id) FROM declarations_consignmentlife l),
    (SELECT string_agg(a::text, ';' ORDER BY id) FROM declarations_arrivalline a),
    (SELECT string_agg(d::text, ';' ORDER BY id) FROM declarations_dualfiling d),
    (SELECT string_agg(k::text, ';' ORDER BY id) FROM declarations_clock k),
    (SELECT string_agg(s::text, ';' ORDER BY id) FROM risk_assessment s),
    (SELECT string_agg(x::text, ';' ORDER BY id) FROM risk_decision x),
    (SELECT string_agg(c::text, ';' ORDER BY id) FROM risk_case c)))
"""
INDEX = st.integers(0, 7)


def state() -> str:
    """Return a digest of everything that has a legal state."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        row: tuple[str] = cursor.fetchone()
    return row[0]


class Walk(RuleBasedStateMachine):
    """Whatever happens in whatever order, the invariants hold; the clock only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at, self.number, self.steps = BEGIN, 0, 0
        self.refused = self.done = 0

    def teardown(self) -> None:
        """Look once more, and leave nothing behind."""
        try:
            self.look()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @initialize()
    def people(self) -> None:
        """Two firms, two officers and a supervisor."""
        self.tokens = {eori: operator(eori) for eori in (LODGER, CARRIER)}
        offices = (OFFICE,)
        self.officers = [person(Role.OFFICER, offices=offices) for _ in range(2)]
        self.officers.append(person(Role.SUPERVISOR, offices=offices))

    @invariant()
    def holds(self) -> None:
        """After so many steps nothing is lost, done twice or wrong."""
        self.steps += 1
        if self.steps % CHECKED_EVERY == 0:
            self.look()

    def look(self) -> None:
        """Check every invariant."""
        assert not list(Delivery.objects.exclude(error="").values_list("consumer", "error"))
        found = [(each.invariant.name, each.places) for each in breaches(Scope(sample=200))]
        assert found == []

    # -- messages

    def send(self, sender: str, body: bytes) -> "etree._Element":
        """Send a message and return its answer; one that refuses has changed nothing."""
        before = state()
        correlation = receive(token_digest=self.tokens[sender], body=body, at=self.at)
        advance.drain(at=self.at)
        assert correlation is not None
        answer = InboundMessage.objects.get(correlation=correlation).answer
        assert answer is not None
        if answer.kind in REFUSALS:
            self.refused += 1
            assert state() == before, answer.kind
        return etree.fromstring(raw_body(answer))

    def name(self) -> str:
        """Return the next message id."""
        self.number += 1
        return f"W{self.number:08}"

    def mrn(self, index: int) -> str:
        """Return one of the MRN."""
        mrns = list(Ens.objects.order_by("pk").values_list("mrn", flat=True))
        return mrns[index % len(mrns)]

    def declared(self, mrn: str) -> Document:
        """Return what is declared under an MRN."""
        ens = Ens.objects.get(mrn=mrn)
        version = ens.versions.get(number=ens.version)
        from declarations.models import FilingVersion

        return FilingVersion.objects.get(pk=version.filing_versions[0]).document()

    @rule(
        flagged=st.booleans(),
        boxed=st.booleans(),
        bill=st.integers(0, 2),
        ship=st.sampled_from(SHIPS),
        hours=st.sampled_from((1, 5, 30, 300)),
        loading=st.sampled_from(("CNSHA", "TRMER")),
        sender=st.sampled_from((LODGER, CARRIER)),
        lrn=st.integers(0, 9),
    )
    def lodge(
        self,
        *,
        flagged: bool,
        boxed: bool,
        bill: int,
        ship: str,
        hours: int,
        loading: str,
        sender: str,
        lrn: int,
    ) -> None:
        """Lodge a declaration, perhaps with a reference that was used, or for goods of another."""
        item = goods_item(
            commodity_code="080390" if flagged else "690721",
            containers=("CSQU3054383",) if boxed else (),
            documents=(
                msgspec.structs.replace(goods_item().documents[0], reference=f"BILL{bill}"),
            ),
        )
        usual = minimal_document().means
        assert usual is not None
        means = msgspec.structs.replace(usual, identification=ship)
        document = minimal_document(
            (item,),
            lrn=f"LRN{lrn}",
            means=means,
            place_of_loading=loading,
            itinerary=(loading[:2], "NL", "BE"),
            subsequent_offices=("BE101000",),
            expected_arrival=self.at + timedelta(hours=hours),
            declarant=Party(identifier=sender),
            carrier=Party(identifier=CARRIER) if sender == LODGER else None,
        )
        self.send(sender, write_declaration(document, self.envelope(sender)))

    def envelope(self, sender: str) -> Any:
        """Return the envelope of the next message."""
        return envelope(message_id=self.name(), sender=sender)

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        index=INDEX,
        what=st.sampled_from(("seal", "consignee", "goods", "ship")),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def amend(self, index: int, what: str, sender: str) -> None:
        """Amend a declaration, whoever it is."""
        mrn = self.mrn(index)
        document = self.declared(mrn)
        assert document.means is not None
        every: dict[str, dict[str, Any]] = {
            "seal": {"seals": (Seal(identity=self.name()),)},
            "consignee": {"consignee": Party(identifier="NL900000033")},
            "ship": {"means": msgspec.structs.replace(document.means, identification=SHIPS[1])},
            "goods": {"consignments": self.other_goods(document)},
        }
        changes = every[what]
        changed = msgspec.structs.replace(
            document, type="IE313", lrn=None, mrn=mrn, declared_at=self.at, **changes
        )
        self.send(sender, write_declaration(changed, self.envelope(sender)))

    def other_goods(self, document: Document) -> Any:
        """Return other goods under the same bill."""
        [item, *_] = document.items()
        flagged = item.commodity_code == "080390"
        changed = msgspec.structs.replace(item, commodity_code="690721" if flagged else "080390")
        own = msgspec.structs.replace(document.consignments[0], items=(changed,))
        return (own,)

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        index=INDEX,
        by_key=st.booleans(),
        office=st.sampled_from(("BE101000", "FR002730", "NL000510")),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def divert(self, index: int, by_key: bool, office: str, sender: str) -> None:
        """Ask for a diversion, by MRN or by ship and day."""
        ens = Ens.objects.get(mrn=self.mrn(index))
        header = {
            "InfTypHEA122": "1",
            "UniIdeDivHEA132": ens.means,
            "ExpDatArrHEA701": f"{ens.expected_arrival:%Y%m%d}",
            "CouCodOffFirEntDecHEA100": "NL",
        }
        named = () if by_key else (ens.mrn,)
        body = request(
            *named,
            header=header if by_key else None,
            office=office,
            requester=sender,
            message_id=self.name(),
        )
        self.send(sender, body)

    @precondition(lambda self: Ens.objects.exists())
    @rule(
        index=INDEX,
        listed=st.sampled_from(("mrn", "unknown", "means")),
        sender=st.sampled_from((LODGER, CARRIER)),
    )
    def arrive(self, index: int, listed: str, sender: str) -> None:
        """Notify an arrival by MRN, by means, or with a declaration that nobody knows."""
        ens = Ens.objects.get(mrn=self.mrn(index))
        mrns = {"mrn": [ens.mrn], "unknown": [ens.mrn, "26FR00230001234563"], "means": []}[listed]
        body = arrival_message(
            *mrns,
            message_id=self.name(),
            sender=sender,
            UniIdeDivHEA132=ens.means,
            ActualDateOfArrival=f"{self.at:%Y%m%d}",
        )
        self.send(sender, body)

    # -- officers

    def act(
        self, verb: Callable[..., Sequence[object]], order: object, who: int, **more: object
    ) -> object:
        """Let an officer act; a refusal has changed nothing."""
        before = state()
        with transaction.atomic():
            [result] = verb([order], officer=self.officer(who), at=self.at, **more)
        if isinstance(result, Refused | NotDone):
            self.refused += 1
            assert state() == before, (verb, order, result)
        else:
            self.done += 1
        advance.drain(at=self.at)
        return result

    def officer(self, who: int) -> User:
        """Return one of the officers."""
        return self.officers[who % len(self.officers)]

    @precondition(lambda self: Case.objects.exists())
    @rule(
        index=INDEX,
        verb=st.sampled_from(("no_further_action", "control", "hold", "do_not_load")),
        announce=st.booleans(),
        stale=st.sampled_from((0, 0, 0, 1)),
        who=INDEX,
    )
    def decide(self, index: int, verb: str, announce: bool, stale: int, who: int) -> None:
        """Decide a case, perhaps on another revision."""
        cases = list(Case.objects.order_by("-status", "-pk"))
        case = cases[index % len(cases)]
        codes = {
            "no_further_action": "NFA-01", "control": "CTL-03", "hold": "HLD-05",
            "do_not_load": "DNL-03",
        }  # fmt: skip
        boxes = [box for item in self.declared(case.ens.mrn).items() for box in item.containers]
        subject = ("equipment", boxes[0]) if boxes and verb == "do_not_load" else None
        order = DecisionOrder(
            case=case.pk,
            revision=case.revision + stale,
            verb=verb,
            reason_code=codes[verb],
            note="Because.",
            subject=subject[0] if subject else "declaration",
            reference=subject[1] if subject else "",
            announce=announce or verb == "do_not_load",
            place=OFFICE if verb == "control" else "",
        )
        self.act(decide, order, who)

    @precondition(lambda self: Case.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("claim", "give_back", "sign", "call")), who=INDEX)
    def work(self, index: int, what: str, who: int) -> None:
        """Take a case, give it back, sign what waits on it, or call who was not reached."""
        cases = list(Case.objects.order_by("-status", "-pk"))
        case = cases[index % len(cases)].pk
        verbs: dict[str, Any] = {"claim": claim, "give_back": give_back, "sign": sign}
        if what == "call":
            self.act(record_call, case, who, note="Spoke to the desk.")
        else:
            self.act(verbs[what], case, who)

    def measure(self, index: int, **wanted: object) -> Measure:
        """Return one of the measures, those that are open first."""
        found = list(Measure.objects.filter(**wanted).select_related("ens").order_by("-pk"))
        found.sort(key=lambda each: not each.is_open)
        return found[index % len(found)]

    @precondition(lambda self: Measure.objects.exists())
    @rule(
        index=INDEX,
        what=st.sampled_from(("lift", "waive", "pass_on", "confirm", "decline", "countersign")),
        who=INDEX,
    )
    def change_measure(self, index: int, what: str, who: int) -> None:
        """Lift, waive or pass on a measure, confirm it, or decline what is proposed."""
        measure = self.measure(index)
        version = measure.ens.version
        if what == "confirm":
            confirmed = Reconfirmation(
                measure=measure.pk,
                version=version,
                subject=measure.subject,
                reference=measure.reference,
            )
            self.act(reconfirm, confirmed, who)
        elif what == "decline":
            self.act(decline_do_not_loads, measure.pk, who, note="No.")
        elif what == "countersign":
            self.countersign(measure, who)
        else:
            code = {"do_not_load": "DNL-L1", "hold": "HLD-L1"}.get(measure.kind, "CTL-N4")
            step = lifting.StepOrder(
                measure=measure.pk,
                verb=what,
                reason_code=code if what == "lift" else "CTL-N4",
                version=version,
                note="Gone.",
                office="BE101000",
            )
            self.act(lifting.take_steps, step, who)

    def countersign(self, measure: Measure, who: int) -> None:
        """Sign the step that waits on a measure, where one does."""
        waiting = measure.proposals.filter(state="open").first()
        if waiting:
            self.act(lifting.sign_steps, waiting.pk, who)

    @precondition(lambda self: Measure.objects.filter(kind="control").exists())
    @rule(
        index=INDEX,
        what=st.sampled_from(("order", "against", "schedule", "start", "result")),
        code=st.sampled_from(("RES-01", "RES-03", "RES-04", "RES-05")),
        who=INDEX,
    )
    def control(self, index: int, what: str, code: str, who: int) -> None:
        """Take a control one step further."""
        measure = self.measure(index, kind="control")
        key, version = measure.pk, measure.ens.version
        order = controls.ControlOrder(
            measure=key, version=version, type="CTL-03", objects="Box", note="As advised."
        )
        against = msgspec.structs.replace(order, type="CTL-N1")
        when = self.at + timedelta(hours=1)
        appointment = controls.Appointment(
            measure=key, scheduled_at=when, location="Gate", to_present="Box", announce=True
        )
        result = controls.ControlResult(
            measure=key, result_code=code, method="Opened", finding="As found"
        )
        steps: dict[str, tuple[Any, Any]] = {
            "order": (controls.order_controls, order),
            "against": (controls.decide_against_controls, against),
            "schedule": (controls.schedule_controls, appointment),
            "start": (controls.start_controls, key),
            "result": (controls.record_results, result),
        }
        self.act(*steps[what], who)

    @precondition(lambda self: ConsignmentLife.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("present", "revoke", "release", "refuse")), who=INDEX)
    def move_goods(self, index: int, what: str, who: int) -> None:
        """Present goods, take it back, release them, or propose to refuse entry."""
        lives = list(ConsignmentLife.objects.order_by("pk"))
        life = lives[index % len(lives)]
        order = goods.GoodsOrder(consignment=life.pk, reason_code="REL-01")
        verbs: dict[str, Any] = {
            "present": goods.present, "revoke": goods.revoke_presentation, "release": goods.release
        }  # fmt: skip
        if what == "refuse":
            self.propose_refusal(life, who)
        else:
            self.act(verbs[what], order, who)

    def propose_refusal(self, life: ConsignmentLife, who: int) -> None:
        """Propose to refuse entry to a consignment."""
        ens = Ens.objects.get(members__filing=life.filing_id)
        order = refusals.RefusalOrder(
            ens=ens.pk,
            version=ens.version,
            subject="consignment",
            reference=life.key,
            reason_code="REF-02",
            legal_basis="Art. 1",
            reasons="Forbidden.",
        )
        self.act(refusals.propose_refusals, order, who)

    @precondition(lambda self: Measure.objects.filter(kind="refusal").exists())
    @rule(
        index=INDEX,
        what=st.sampled_from(("sign", "decline", "hear", "enforce", "execute", "revoke")),
        who=INDEX,
    )
    def refuse(self, index: int, what: str, who: int) -> None:
        """Take a refusal of entry one step further."""
        measure = self.measure(index, kind="refusal")
        step = refusals.RefusalStep(measure=measure.pk, note="Said so.", execution="destroyed")
        verbs: dict[str, Any] = {
            "sign": refusals.sign_refusals,
            "decline": refusals.decline_refusals,
            "hear": refusals.hear,
            "enforce": refusals.enforce_refusals,
            "execute": refusals.execute_refusals,
            "revoke": refusals.revoke_refusals,
        }
        self.act(verbs[what], step, who)

    @precondition(lambda self: Arrival.objects.exists())
    @rule(index=INDEX, box=st.sampled_from(("CSQU3054383", "DMOU1000101")), who=INDEX)
    def find_goods(self, index: int, box: str, who: int) -> None:
        """Report a box that an arrival did not name."""
        arrivals = list(Arrival.objects.order_by("pk"))
        report = FoundGoods(
            arrival=arrivals[index % len(arrivals)].pk, lines=(Reported(container=box),)
        )
        self.act(report_found, report, who)

    @precondition(lambda self: ArrivalLine.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("waive", "lift")), who=INDEX)
    def settle(self, index: int, what: str, who: int) -> None:
        """Settle a line of an arrival."""
        lines = list(ArrivalLine.objects.order_by("-state", "pk"))
        key = lines[index % len(lines)].pk
        if what == "lift":
            self.act(unmatched.lift_holds, unmatched.Lift(line=key, note="Seen."), who)
        else:
            waiver = unmatched.Waiver(line=key, waiver="empty_container", note="Seen empty.")
            self.act(unmatched.waive, waiver, who)

    @precondition(lambda self: DualFiling.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("first", "second", "both", "other")), who=INDEX)
    def choose(self, index: int, what: str, who: int) -> None:
        """Decide which of two declarations counts."""
        pairs = list(DualFiling.objects.order_by("-state", "pk"))
        pair = pairs[index % len(pairs)]
        winner = {"first": pair.first_id, "second": pair.second_id}.get(what)
        choice = Choice(pair=pair.pk, note="Because.", winner=winner, same_goods=what != "other")
        self.act(decide_pairs, choice, who)

    # -- time

    @rule(span=st.sampled_from(SPANS))
    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self.at += span
        tell_ended_clocks(self.at)
        reconcile(self.at)
        look_for_infringements(self.at)
        for sweep in (open_unassessed, open_undelivered):
            with transaction.atomic():
                sweep(at=self.at)
        advance.drain(at=self.at)
