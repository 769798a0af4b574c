"""The verbs of risk analysis and casework. Each runs in the caller's transaction."""

from declarations.services.results import Changed, Refused, refusal
from risk.services.asking import settle, withdraw
from risk.services.cases import claim, claim_next, give_back
from risk.services.decide import decide
from risk.services.ending import end_without_action
from risk.services.hand_over import HandOver, hand_over
from risk.services.noting import Note, note
from risk.services.orders import Decided, DecisionOrder
from risk.services.recusal import leave_cases
from risk.services.sign import Signed, decline, sign
from risk.services.undo import Undone, undo

__all__ = [
    "Changed",
    "Decided",
    "DecisionOrder",
    "HandOver",
    "Note",
    "Refused",
    "Signed",
    "Undone",
    "claim",
    "claim_next",
    "decide",
    "decline",
    "end_without_action",
    "give_back",
    "hand_over",
    "leave_cases",
    "note",
    "refusal",
    "settle",
    "sign",
    "undo",
    "withdraw",
]
