"""Why a token could not lodge."""

from django.http import HttpResponse

from customs_portal.accounts.models.tokens import TokenScope
from customs_portal.api.authentication import live_token
from customs_portal.api.problems import insufficient_scope, unauthorised


def refused(digest: str) -> HttpResponse:
    """Return the refusal: the token has no such scope (403), or it is none (401)."""
    token = live_token(digest)
    if token is not None and TokenScope.LODGE not in token.scopes:
        return insufficient_scope()
    return unauthorised()
