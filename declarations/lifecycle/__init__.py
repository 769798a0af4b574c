"""The life of each object as a table: what is not a row cannot happen."""

from declarations.lifecycle.consignment import CONSIGNMENT
from declarations.lifecycle.ens import ENS
from declarations.lifecycle.filing import FILING
from declarations.lifecycle.machine import Machine, Transition
from declarations.lifecycle.moving import move

MACHINES = (FILING, ENS, CONSIGNMENT)

__all__ = ["CONSIGNMENT", "ENS", "FILING", "MACHINES", "Machine", "Transition", "move"]
