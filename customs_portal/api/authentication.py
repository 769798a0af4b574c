"""Authentication by token: `Authorization: Token ...`, `Bearer` accepted too."""

from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from customs_portal import clock
from customs_portal.accounts.models import ApiToken, User
from customs_portal.api.token_use import note_use

SCHEMES = ("token", "bearer")
LONGEST_TOKEN = 200


def token_digest(header: str) -> str | None:
    """Return the digest of the token in an Authorization header, None where there is none."""
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() not in SCHEMES or not token or len(token) > LONGEST_TOKEN:
        return None
    return str(hash_token(token.strip()))


def live_token(digest: str) -> ApiToken | None:
    """Return the token of that digest with its account and operator, None if it may not be used."""
    token = ApiToken.objects.select_related("user", "operator").filter(digest=digest).first()
    return token if token is not None and token.is_live(clock.now()) else None


class TokenAuthentication(KnoxAuthentication):
    """Finds the live token of a request and acts as its technical account."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the account and its token; raises AuthenticationFailed for a dead one."""
        digest = token_digest(request.headers.get("Authorization", ""))
        if digest is None:
            return None
        token = live_token(digest)
        if token is None:
            raise AuthenticationFailed
        note_use(digest, clock.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a refusal is 401."""
        return "Token"
