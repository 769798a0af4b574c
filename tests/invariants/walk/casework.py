"""What officers do with cases: decide, sign, take, give back, ask, take back."""

from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from customs_portal.accounts.models import User
from customs_portal.events import advance
from declarations.models import Referral
from declarations.services.answers import Answer, answer
from declarations.services.do_not_load import do_not_load_subjects
from declarations.services.results import Refused as NotDone
from messaging.undelivered import record_call
from risk.models import Case
from risk.services import DecisionOrder, claim, decide, give_back
from risk.services.asking import settle, withdraw
from risk.services.sign import sign
from risk.services.undo import undo
from tests.invariants.walk.ground import INDEX, Ground, state

CODES = {
    "no_further_action": "NFA-01", "control": "CTL-03", "hold": "HLD-05", "do_not_load": "DNL-03",
    "rfi": "RFI-01", "amd": "AMD-01", "rfs": "RFS-01",
}  # fmt: skip
QUESTIONS = ("rfi", "amd", "rfs")


class Casework(Ground):
    """Decisions on cases, on the revision that an officer saw or on another."""

    @precondition(lambda self: Case.objects.exists())
    @rule(
        index=INDEX,
        verb=st.sampled_from(tuple(CODES)),
        announce=st.booleans(),
        stale=st.sampled_from((0, 0, 0, 1)),
        who=INDEX,
    )
    def decide(self, index: int, verb: str, announce: bool, stale: int, who: int) -> None:
        """Decide a case, perhaps on another revision."""
        cases = list(Case.objects.order_by("-status", "-pk"))
        case = cases[index % len(cases)]
        subject = self.subject(case, verb)
        order = DecisionOrder(
            case=case.pk,
            revision=case.revision + stale,
            verb=verb,
            reason_code=CODES[verb],
            note="Because.",
            subject=subject[0] if subject else "declaration",
            reference=subject[1] if subject else "",
            announce=announce or verb == "do_not_load",
            place=case.ens.office_of_first_entry if verb == "control" else "",
            question="What is it?" if verb in QUESTIONS else "",
            elements=("Goods item 1",) if verb == "amd" else (),
        )
        self.act(decide, order, who)

    def subject(self, case: Case, verb: str) -> tuple[str, str] | None:
        """Return what may be kept from loading or screened, None where that is nothing."""
        document = self.declared(case.ens.mrn)
        if verb == "rfs":
            return "consignment", document.consignments[0].key
        return next(iter(do_not_load_subjects(document)), None) if verb == "do_not_load" else None

    @precondition(lambda self: Case.objects.exists())
    @rule(
        index=INDEX, what=st.sampled_from(("claim", "give_back", "sign", "undo", "call")), who=INDEX
    )
    def work(self, index: int, what: str, who: int) -> None:
        """Take a case, give it back, sign what waits, undo, or call who was not reached."""
        cases = list(Case.objects.order_by("-status", "-pk"))
        case = cases[index % len(cases)].pk
        verbs: dict[str, Any] = {"claim": claim, "give_back": give_back, "sign": sign, "undo": undo}
        if what == "call":
            self.act(record_call, case, who, note="Spoke to the desk.")
        else:
            self.act(verbs[what], case, who)

    @precondition(lambda self: Referral.objects.exists())
    @rule(index=INDEX, what=st.sampled_from(("withdraw", "settle", "answer")), who=INDEX)
    def end_question(self, index: int, what: str, who: int) -> None:
        """Withdraw a question, take its answer for enough, or answer it, whoever was asked."""
        questions = list(Referral.objects.order_by("pk"))
        asked = questions[index % len(questions)]
        if what == "answer":
            self.answer(asked, self.traders[who % len(self.traders)])
        else:
            verb = {"withdraw": withdraw, "settle": settle}[what]
            self.act(verb, asked.pk, who, note="Because.")

    def answer(self, asked: Referral, trader: User) -> None:
        """Answer a question; a refusal has changed nothing."""
        before = state()
        with transaction.atomic():
            result = answer(
                Answer(reference=asked.reference, text="Tiles."), user=trader, at=self.at
            )
        if isinstance(result, NotDone):
            self.refused += 1
            assert state() == before, (asked, result)
        advance.drain(at=self.at)
