"""The verbs of risk analysis and casework. Each runs in the caller's transaction."""

from declarations.services.results import Changed, Refused
from risk.services.cases import claim, claim_next, give_back
from risk.services.decide import Decided, DecisionOrder, decide
from risk.services.ending import end_without_action
from risk.services.hand_over import HandOver, hand_over
from risk.services.recusal import leave_cases
from risk.services.sign import Signed, sign

__all__ = [
    "Changed",
    "Decided",
    "DecisionOrder",
    "HandOver",
    "Refused",
    "Signed",
    "claim",
    "claim_next",
    "decide",
    "end_without_action",
    "give_back",
    "hand_over",
    "leave_cases",
    "sign",
]
