"""The life of an assessment, and every machine of the portal."""

from declarations import lifecycle as declared
from declarations.lifecycle.machine import Machine, Transition

_ANALYSIS = "Reg. (EU) 2015/2447 Art. 186"
_OURS = "our decision"
_OPEN = ("review", "waiting")

ASSESSMENT = Machine(
    "assessment",
    "Assessment",
    (
        Transition("A2", "", "pass", "concluded", _ANALYSIS),
        Transition("A3", "", "flag", "review", _ANALYSIS),
        Transition("A4", "review", "ask", "waiting", "Art. 186(3)"),
        Transition("A5", "waiting", "answered", "review", "Art. 186(3)"),
        *(Transition("A6-A8", state, "conclude", "concluded", _ANALYSIS) for state in _OPEN),
        *(Transition("A9", state, "supersede", "superseded", _OURS) for state in _OPEN),
        *(
            Transition("A12", state, "replace", "superseded", _OURS)
            for state in ("review", "concluded")
        ),
        Transition("A11", "concluded", "reopen", "review", _OURS),
        Transition("A13", "concluded", "undo", "review", "our decision: before anything was sent"),
    ),
)

MACHINES = (*declared.MACHINES, ASSESSMENT)
