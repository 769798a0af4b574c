"""The life of an assessment, and every machine of the portal."""

from declarations import lifecycle as declared
from declarations.lifecycle.machine import Machine, Transition

_ANALYSIS = "Reg. (EU) 2015/2447 Art. 186"
_OURS = "our decision"
_SCREENING = "ICS2, answer of the State"
_OPEN = ("review", "waiting")

ASSESSMENT = Machine(
    "assessment",
    "Assessment",
    (
        Transition("A2", "", "pass", "concluded", _ANALYSIS),
        Transition("A2b", "", "screen", "screening", "ICS2: other Member States are asked"),
        Transition("A2c", "screening", "pass", "concluded", "ICS2: all without a hit or silent"),
        Transition("A3", "", "flag", "review", _ANALYSIS),
        Transition("A3c", "screening", "flag", "review", "ICS2: a hit of another State"),
        Transition("A4", "review", "ask", "waiting", "Art. 186(3)"),
        Transition("A5", "waiting", "answered", "review", "Art. 186(3)"),
        *(Transition("A6-A8", state, "conclude", "concluded", _ANALYSIS) for state in _OPEN),
        *(
            Transition("A9", state, "supersede", "superseded", _OURS)
            for state in ("screening", *_OPEN)
        ),
        *(
            Transition("A12", state, "replace", "superseded", _OURS)
            for state in ("screening", "review", "concluded")
        ),
        Transition("A11", "concluded", "reopen", "review", _OURS),
        Transition("A13", "concluded", "undo", "review", "our decision: before anything was sent"),
    ),
)

SCREENING = Machine(
    "screening",
    "E-screening of another Member State",
    (
        Transition("K1", "", "ask", "asked", _ANALYSIS),
        Transition("K2", "asked", "no_hit", "no_hit", _SCREENING),
        Transition("K2b", "silent", "no_hit", "no_hit", "after the clock"),
        Transition("K2c", "hit", "no_hit", "not_confirmed", _SCREENING),
        Transition("K2d", "confirmed", "no_hit", "not_confirmed", "a newer answer"),
        *(
            Transition("K3", state, "hit", "hit", _SCREENING)
            for state in ("asked", "silent", "no_hit", "not_confirmed")
        ),
        *(
            Transition("K4", state, "confirm", "confirmed", _SCREENING)
            for state in ("asked", "silent", "no_hit", "hit", "not_confirmed")
        ),
        Transition("K5", "asked", "fall_silent", "silent", "the clock; counts as no hit"),
        *(
            Transition("K6", state, "set_aside", "set_aside", "a newer version")
            for state in ("asked", "hit")
        ),
    ),
    "state",
)

MACHINES = (*declared.MACHINES, ASSESSMENT, SCREENING)
