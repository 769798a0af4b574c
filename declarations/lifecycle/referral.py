"""The life of a question to whoever lodged (LIFECYCLE section 5)."""

from declarations.lifecycle.machine import Machine, Transition

_ASKED = "Reg. (EU) 2015/2447 Art. 186(3)"
_OURS = "our decision"

REFERRAL = Machine(
    "referral",
    "Referral: a question to the filer",
    (
        Transition("R2", "", "send", "open", _ASKED),
        Transition("R3", "open", "answer", "answered", _ASKED),
        Transition("R4", "open", "amend", "amended", _ASKED),
        Transition("R6", "answered", "settle", "settled", _OURS),
        Transition("R7", "answered", "find_insufficient", "insufficient", "cumulative, ICS2"),
        Transition("R8", "open", "withdraw", "withdrawn", _OURS),
        Transition("R9", "open", "fall_due", "open", _OURS),
        *(Transition("R10", state, "cancel", "cancelled", _OURS) for state in ("open", "answered")),
    ),
)
"""R1, the draft, is the form that has not been sent, or a proposal that waits for its signature.

R4 ends the question: the amendment is its answer, and the new version is analysed for itself.
"""
