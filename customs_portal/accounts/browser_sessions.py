"""The sessions of browsers, in Django's table; every request reads one."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from customs_portal.bulk import fetch_prepared

_READ = """
SELECT session_data FROM django_session
WHERE session_key = %s::text AND expire_date > %s::timestamptz
"""


class SessionStore(db.SessionStore):
    """Django's; a session is read by a statement that is planned once."""

    def load(self) -> dict[str, Any]:
        """Return what is stored, nothing where the session is unknown or ran out."""
        found = fetch_prepared(_READ, [self.session_key, timezone.now()])
        if not found:
            self._session_key = None
            return {}
        return self.decode(found[0][0])
