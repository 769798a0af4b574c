"""People, offices' staff, operators, their representatives, and the tokens of systems."""

from customs_portal.accounts.models.access_log import AccessLog
from customs_portal.accounts.models.duty import (
    OfficeMembership,
    Recusal,
    Substitution,
    Team,
    TeamMembership,
)
from customs_portal.accounts.models.mandates import Mandate
from customs_portal.accounts.models.operators import Operator, OperatorMembership
from customs_portal.accounts.models.people import STAFF_ROLES, Role, User
from customs_portal.accounts.models.sign_in import Invitation, SignedInSession, SignInEvent
from customs_portal.accounts.models.tokens import ApiToken

__all__ = [
    "STAFF_ROLES",
    "AccessLog",
    "ApiToken",
    "Invitation",
    "Mandate",
    "OfficeMembership",
    "Operator",
    "OperatorMembership",
    "Recusal",
    "Role",
    "SignInEvent",
    "SignedInSession",
    "Substitution",
    "Team",
    "TeamMembership",
    "User",
]
