"""The lives of measures: do not load, hold, control, refusal of entry."""

from declarations.lifecycle.machine import Machine, Transition

_IN_TIME = "Reg. (EU) 2015/2447 Art. 186(7), 24 h from receipt"
_TWO_PEOPLE = "our decision: two people"
_CONTROL = "UCC Art. 46, 188"
_OURS = "our decision"
_UNTOLD = "our decision: before anything was sent"
_REFUSAL = "UCC Art. 22(6), 198"
_NOT_BEGUN = ("ordered", "scheduled")

DO_NOT_LOAD = Machine(
    "do_not_load",
    "Measure: do not load",
    (
        Transition("D1", "", "propose", "awaiting_second", _IN_TIME),
        Transition("D2", "awaiting_second", "sign", "in_force", _TWO_PEOPLE),
        Transition("D2b", "awaiting_second", "decline", "declined", _TWO_PEOPLE),
        Transition("D3", "awaiting_second", "lapse", "lapsed", _IN_TIME),
        Transition("D4", "in_force", "lift", "lifted", _TWO_PEOPLE),
        Transition("D5", "in_force", "breach", "breached", _OURS),
        Transition("D6", "in_force", "comply", "complied", _OURS),
    ),
)

HOLD = Machine(
    "hold",
    "Measure: hold",
    (
        Transition("H1", "", "place", "in_force", "UCC Art. 134"),
        Transition("H2", "in_force", "lift", "lifted", _OURS),
        Transition("H3", "in_force", "undo", "undone", _UNTOLD),
    ),
)

CONTROL = Machine(
    "control",
    "Measure: control",
    (
        Transition("K1", "", "recommend", "recommended", "Art. 186(4)"),
        Transition("K2", "recommended", "order", "ordered", _CONTROL),
        Transition("K2b", "recommended", "decide_against", "not_to_control", _CONTROL),
        *(Transition("K3", state, "schedule", "scheduled", _CONTROL) for state in _NOT_BEGUN),
        *(Transition("K4", state, "start", "in_progress", _CONTROL) for state in _NOT_BEGUN),
        Transition("K5", "in_progress", "find_conform", "conform", _CONTROL),
        Transition("K5b", "in_progress", "find_irregular", "irregular", _CONTROL),
        Transition("K5c", "in_progress", "seize", "seized", _CONTROL),
        Transition("K5d", "in_progress", "find_nothing", "not_found", _CONTROL),
        *(Transition("K6", state, "waive", "waived", _TWO_PEOPLE) for state in _NOT_BEGUN),
        *(Transition("K7", state, "pass_on", "passed_on", _CONTROL) for state in _NOT_BEGUN),
        Transition("K8", "recommended", "undo", "undone", _UNTOLD),
    ),
)

REFUSAL = Machine(
    "refusal",
    "Measure: refusal of entry",
    (
        Transition("R1", "", "propose", "proposed", _REFUSAL),
        Transition("R2", "proposed", "sign", "signed", _TWO_PEOPLE),
        Transition("R2b", "proposed", "decline", "declined", _TWO_PEOPLE),
        Transition("R3", "signed", "enforce", "in_force", _REFUSAL),
        Transition("R4", "in_force", "execute", "executed", _REFUSAL),
        Transition("R5", "signed", "revoke", "revoked", _REFUSAL),
        Transition("R5b", "in_force", "revoke", "revoked", _REFUSAL),
    ),
)

OF_KIND = {machine.name: machine for machine in (DO_NOT_LOAD, HOLD, CONTROL, REFUSAL)}
"""The machine of each kind of measure, by the name of the kind."""
