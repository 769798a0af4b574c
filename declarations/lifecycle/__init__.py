"""The life of each object as a table: what is not a row cannot happen."""

from declarations.lifecycle.consignment import CONSIGNMENT
from declarations.lifecycle.ens import ENS
from declarations.lifecycle.filing import FILING
from declarations.lifecycle.link import LINK
from declarations.lifecycle.machine import Machine, Transition
from declarations.lifecycle.measure import CONTROL, DO_NOT_LOAD, HOLD, REFUSAL
from declarations.lifecycle.moving import move
from declarations.lifecycle.notice import NOTICE
from declarations.lifecycle.referral import REFERRAL

MACHINES = (
    FILING,
    LINK,
    ENS,
    CONSIGNMENT,
    DO_NOT_LOAD,
    HOLD,
    CONTROL,
    REFUSAL,
    NOTICE,
    REFERRAL,
)

__all__ = [
    "CONSIGNMENT",
    "CONTROL",
    "DO_NOT_LOAD",
    "ENS",
    "FILING",
    "HOLD",
    "LINK",
    "MACHINES",
    "NOTICE",
    "REFERRAL",
    "REFUSAL",
    "Machine",
    "Transition",
    "move",
]
