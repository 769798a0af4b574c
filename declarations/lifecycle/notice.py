"""The life of what an office of subsequent entry was told."""

from declarations.lifecycle.machine import Machine, Transition

_TOLD = "Reg. (EU) 2015/2447 Art. 186(5), IE319"
_OURS = "our decision"
_LIVE = ("expected", "arrived", "not_arrived")

NOTICE = Machine(
    "notice",
    "Notice of subsequent entry",
    (
        Transition("S1", "", "tell", "expected", _TOLD),
        Transition("S1b", "", "tell_late", "arrived", "the goods were here before it"),
        Transition("S2", "expected", "arrive", "arrived", "UCC Art. 133, 139"),
        Transition("S2b", "not_arrived", "arrive", "arrived", "UCC Art. 133, 139"),
        Transition("S3", "expected", "miss", "not_arrived", _OURS),
        *(Transition("S4", state, "act", "acted", "UCC Art. 46") for state in _LIVE),
        *(Transition("S5", state, "withdraw", "withdrawn", "IE319 with N") for state in _LIVE),
        *(Transition("S6", state, "replace", "replaced", "a newer one counts") for state in _LIVE),
    ),
    "state",
)
