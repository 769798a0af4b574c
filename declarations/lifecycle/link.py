"""How a house of ICS2 stands to what is above it (LIFECYCLE 1b)."""

from declarations.lifecycle.machine import Machine, Transition

_KEYS = "ICS2 unique linking key"
_HIGHER = "amendment or end of the filing above, R3024"

LINK = Machine(
    "link",
    "Link of a house filing to the one above it",
    (
        Transition("L1", "", "register", "pending_linking", "ICS2 partial filings"),
        Transition("L2", "pending_linking", "match", "linked", _KEYS),
        Transition("L2b", "linked", "match", "linked", "a key that goes before"),
        Transition("L3", "pending_linking", "confirm", "linked", "by an officer, our decision"),
        Transition("L4", "linked", "unlink", "pending_linking", _HIGHER),
    ),
    "link",
)
