"""The verbs of risk analysis and casework. Each runs in the caller's transaction."""

from risk.services.cases import Changed, Refused, claim, claim_next, give_back
from risk.services.decide import Decided, DecisionOrder, decide

__all__ = [
    "Changed",
    "Decided",
    "DecisionOrder",
    "Refused",
    "claim",
    "claim_next",
    "decide",
    "give_back",
]
