"""The life of the goods of one consignment."""

from declarations.lifecycle.machine import Machine, Transition

_ARRIVAL = "UCC Art. 133, arrival notified for the means"
_PRESENTATION = "UCC Art. 139"
_RELEASE = "Art. 186(9), no open control, hold or refusal"
_AMENDED = "UCC Art. 129, the amendment is the declaration"

CONSIGNMENT = Machine(
    "consignment",
    "Consignment: where the goods are",
    (
        Transition("C1", "", "declare", "expected", "registration"),
        Transition("C2", "expected", "arrive", "arrived", _ARRIVAL),
        Transition("C2b", "not_arrived", "arrive", "arrived", _ARRIVAL),
        Transition("C2c", "partially_arrived", "arrive", "arrived", _ARRIVAL),
        Transition("C3", "expected", "arrive_partly", "partially_arrived", _ARRIVAL),
        Transition("C3b", "not_arrived", "arrive_partly", "partially_arrived", _ARRIVAL),
        Transition("C4", "expected", "miss", "not_arrived", "tolerance over, our decision"),
        Transition("C5", "arrived", "present", "presented", _PRESENTATION),
        Transition("C5b", "expected", "present", "presented", _PRESENTATION),
        Transition("C5c", "partially_arrived", "present", "presented", _PRESENTATION),
        Transition("C6", "presented", "revoke_presentation", "arrived", "IE4Q08"),
        Transition("C7", "presented", "begin_control", "under_control", "UCC Art. 188"),
        Transition("C8", "presented", "release", "released", _RELEASE),
        Transition("C8b", "under_control", "release", "released", _RELEASE),
        Transition("C9", "under_control", "refuse", "not_released", "UCC Art. 194, 198"),
        Transition("C9b", "presented", "refuse", "not_released", "UCC Art. 194, 198"),
        Transition("C9d", "not_released", "revoke_refusal", "presented", "UCC Art. 23(3), 28"),
        Transition("C10", "arrived", "go_on", "onward", "stays on board to another State"),
        Transition("C11", "expected", "omit", "no_longer_declared", _AMENDED),
        Transition("C11b", "not_arrived", "omit", "no_longer_declared", _AMENDED),
        Transition("C12", "no_longer_declared", "declare_again", "expected", _AMENDED),
    ),
    "goods",
)
