"""What an officer decides: the order, what becomes of it, and which reasons belong to which."""

import msgspec
from django.conf import settings

from customs_portal.reference.models import ReasonCode
from declarations.models import Measure
from risk.models import Assessment, Case, Decision

Verb = Decision.Verb
REASONS_OF = {
    Verb.NO_FURTHER_ACTION: ReasonCode.Decision.CLEAR,
    Verb.RFI: ReasonCode.Decision.RFI,
    Verb.AMD: ReasonCode.Decision.AMD,
    Verb.RFS: ReasonCode.Decision.RFS,
    Verb.CONTROL: ReasonCode.Decision.CONTROL,
    Verb.HOLD: ReasonCode.Decision.HOLD,
    Verb.DO_NOT_LOAD: ReasonCode.Decision.DO_NOT_LOAD,
}
"""By verb, in the order of the page, the reasons that belong to it."""
MEASURE_OF = {
    Verb.CONTROL: Measure.Kind.CONTROL,
    Verb.HOLD: Measure.Kind.HOLD,
    Verb.DO_NOT_LOAD: Measure.Kind.DO_NOT_LOAD,
}
QUESTIONS = Decision.QUESTIONS
LONGEST_NOTE = 4000
_SECOND = ReasonCode.SecondSignature


class DecisionOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer wants to decide, on the revision of the case that the officer has read.

    `subject` and `reference` say which goods (`declaration`, or `item`, `consignment`, `equipment`
    with number or key), `place` is the office of a control, `announce` whether the trader is told.
    A question has a text, the elements that it is about, and hours in which to answer (0: as is
    usual for the traffic); its subject may be one consignment, and one for a screening is a house
    with recommended `methods`.
    """

    case: int
    revision: int
    verb: str
    reason_code: str
    note: str = ""
    subject: str = "declaration"
    reference: str = ""
    announce: bool = False
    place: str = ""
    question: str = ""
    elements: tuple[str, ...] = ()
    hours: float = 0
    methods: tuple[str, ...] = ()


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision stands; `measure` is what was placed, `referral` the question that was asked.

    `decision` is None for a question, and for what stands only once another officer has signed
    it: a do-not-load, or the `proposal`.
    """

    case: int
    decision: int | None
    measure: int | None = None
    referral: int | None = None
    proposal: int | None = None


class Ready(msgspec.Struct, kw_only=True):
    """An order whose every guard holds."""

    order: DecisionOrder
    verb: Verb
    case: Case
    assessment: Assessment | None
    reason: ReasonCode


def needs_signature(second_signature: str, verb: str) -> bool:
    """Whether another person signs before the decision stands, but for a do-not-load.

    Its second signature is on the measure itself.
    """
    if verb == Verb.DO_NOT_LOAD:
        return False
    if second_signature == _SECOND.SETTING:
        return settings.REFERRAL_SECOND_SIGNATURE
    return second_signature in (_SECOND.YES, _SECOND.SUPERVISOR)
