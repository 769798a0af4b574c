"""Declarations in the admin."""

from declarations.admin.arrivals import ArrivalAdmin, DualFilingAdmin, InfringementAdmin
from declarations.admin.declared import EnsScopedAdmin, FilingAdmin, link_to, user_of

__all__ = [
    "ArrivalAdmin",
    "DualFilingAdmin",
    "EnsScopedAdmin",
    "FilingAdmin",
    "InfringementAdmin",
    "link_to",
    "user_of",
]
