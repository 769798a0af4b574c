"""Make the people and rules of a site for tests; prints what a script needs to act as them.

Run as `python -m tests.processes.people` in the environment of the site.
"""

import json
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  needs the apps
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402

from customs_portal import clock  # noqa: E402
from customs_portal.accounts.models import OfficeMembership, Operator, Role, User  # noqa: E402
from customs_portal.accounts.services import issue_token  # noqa: E402
from customs_portal.accounts.sessions import begin  # noqa: E402
from customs_portal.events.partitions import make_all_partitions  # noqa: E402
from customs_portal.reference.models import Office  # noqa: E402
from tests.messaging.builders import LODGER, OFFICE  # noqa: E402
from tests.pipeline.conftest import publish  # noqa: E402
from tests.pipeline.test_main_job import BANANAS  # noqa: E402


def session_of(user: User) -> str:
    """Log the officer in, as the login page would."""
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    begin(session, user=user, at=clock.now(), address=None, agent="")
    session.save()
    return str(session.session_key)


def officer(name: str) -> str:
    user = User.objects.create_user(name, password="x", role=Role.OFFICER)
    OfficeMembership.objects.create(user=user, office=Office.objects.get(reference=OFFICE))
    return session_of(user)


def main() -> None:
    make_all_partitions(today=clock.now().date())  # a restored database has those of another day
    publish(("TST-01", BANANAS))
    operator = Operator.objects.create(eori=LODGER, name="Firm", telephone="+31 10 0000000")
    token = issue_token(operator=operator, at=clock.now())
    print(json.dumps({"token": token, "sessions": [officer("one"), officer("two")]}))


if __name__ == "__main__":
    main()
