"""Who asks: the backend by which Django finds the person of a session."""

from allauth.account.auth_backends import AuthenticationBackend

from customs_portal.accounts.models import User
from customs_portal.bulk import read_prepared


class PersonBackend(AuthenticationBackend):
    """allauth's; every request reads its person, by a statement that is planned once."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of that id, None where there is none or the account is closed."""
        found = read_prepared(User, "t.id = %s::bigint", [user_id])
        return found[0] if found and self.user_can_authenticate(found[0]) else None
