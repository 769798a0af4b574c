"""Who may open a page: a wrong role meets 403; an object that is not visible does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from customs_portal.accounts.models import STAFF_ROLES, Role, User

CASEWORK = frozenset({Role.OFFICER, Role.SUPERVISOR})
"""Who works on cases."""
READING = CASEWORK | {Role.AUDITOR, Role.ANALYST, Role.APPROVER}
"""Who reads cases and declarations."""
LEADING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
"""Who sees how much everybody has to do."""
WITHOUT_NEED = READING - CASEWORK
"""Who reads them without the names of natural persons, unless for a stated reason."""
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
"""Who keeps the portal running."""
OVERSIGHT = ADMINISTRATION | {Role.AUDITOR}
"""Who sees how it runs."""
TRADERS = frozenset({Role.TRADER})
RULE_WRITERS = frozenset({Role.ANALYST})
"""Who drafts and proposes rules."""
RULE_APPROVERS = frozenset({Role.APPROVER})
"""Who approves and publishes what others proposed."""
RULE_WORK = RULE_WRITERS | RULE_APPROVERS
RULE_READING = RULE_WORK | {Role.AUDITOR}
"""Who reads rules; auditors their secrets only for a stated reason."""
OFFICIALS = STAFF_ROLES

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def for_roles(roles: frozenset[Role]) -> Callable[[View[Parameters]], View[Parameters]]:
    """Return a decorator that raises PermissionDenied for every other role."""

    def decorate(view: View[Parameters]) -> View[Parameters]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponseBase:
            if current_user(request).role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def current_user(request: HttpRequest) -> User:
    """Return the person who is logged in; raises PermissionDenied where nobody is."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user
