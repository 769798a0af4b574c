"""What a token may be used for."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from customs_portal.accounts.models import ApiToken
from customs_portal.accounts.models.tokens import TokenScope

if TYPE_CHECKING:
    from rest_framework.views import APIView


class TokenScopes(BasePermission):
    """Lets a token pass whose scopes meet the view's `scopes`, those to read where it names none.

    Whoever came without a token passes: a session has no scopes.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the token may; raises PermissionDenied with its own code where it may not."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        wanted = getattr(view, "scopes", frozenset({TokenScope.READ}))
        if wanted.isdisjoint(token.scopes):
            raise PermissionDenied(code="insufficient_scope")
        return True
