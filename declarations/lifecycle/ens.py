"""The life of an ENS: the unit of analysis."""

from declarations.lifecycle.machine import Machine, Transition

_ANALYSIS = "Reg. (EU) 2015/2447 Art. 186"
_DIVERSION = "Reg. (EEC) 2454/93 Art. 183d(2), IE325"
_LIVE = ("ready", "in_analysis", "assessed")

ENS = Machine(
    "ens",
    "ENS",
    (
        Transition("E1", "", "register", "ready", _ANALYSIS),
        Transition("E2", "", "register_partly", "forming", "ICS2 partial filings"),
        Transition("E3", "forming", "complete", "ready", "ICS2 partial filings"),
        Transition("E6", "ready", "review", "in_analysis", _ANALYSIS),
        Transition("E6b", "in_analysis", "review", "in_analysis", _ANALYSIS),
        Transition("E7", "ready", "conclude", "assessed", _ANALYSIS),
        Transition("E7b", "in_analysis", "conclude", "assessed", _ANALYSIS),
        Transition("E8", "assessed", "analyse_again", "in_analysis", "Art. 186(10)"),
        Transition("E8b", "in_analysis", "analyse_again", "in_analysis", "Art. 186(10)"),
        Transition("E8c", "ready", "analyse_again", "in_analysis", "Art. 186(10)"),
        Transition("E8d", "assessed", "review", "in_analysis", "our decision"),
        *(Transition("E9", state, "divert", "diverted", _DIVERSION) for state in _LIVE),
        *(
            Transition("E10", state, "invalidate", "invalidated", "every filing of it has ended")
            for state in ("forming", *_LIVE, "diverted")
        ),
        *(
            Transition("E12", state, "absorb", "absorbed", "linked below another, ICS2")
            for state in ("forming", "assessed")
        ),
        Transition("E13", "absorbed", "part", "forming", "not linked any more, ICS2"),
        Transition("E13b", "absorbed", "part_preloading", "ready", "not linked any more, ICS2"),
        Transition("E11", "assessed", "close", "closed", "all consignments are final"),
        Transition("E11b", "diverted", "close", "closed", "all consignments are final"),
    ),
)
