"""What officers do with measures and goods: steps, controls, custody, refusal of entry."""

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations.models import ConsignmentLife, Ens, Measure
from declarations.services import controls, goods, lifting, refusals
from declarations.services.do_not_load import decline_do_not_loads
from declarations.services.reconfirm import Reconfirmation, reconfirm
from tests.invariants.walk.ground import INDEX, Ground


class Measures(Ground):
    """Each step of measures and goods, in any order."""

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
        telling=st.sampled_from(("announce", "forewarn", "nobody")),
        who=INDEX,
    )
    def control(self, index: int, what: str, code: str, telling: str, who: int) -> None:
        """Take a control one step further."""
        measure = self.measure(index, kind="control")
        key, version = measure.pk, measure.ens.version
        order = controls.ControlOrder(
            measure=key, version=version, type="CTL-03", objects="Box", note="As advised."
        )
        against = msgspec.structs.replace(order, type="CTL-N1")
        when = self.at + timedelta(hours=1)
        appointment = controls.Appointment(
            measure=key, scheduled_at=when, location="Gate", to_present="Box",
            announce=telling == "announce", forewarn=telling == "forewarn",
        )  # fmt: skip
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
