"""What must outlive a change of keys: a session of a trader, and the second step of an official.

Run as `python -m tests.processes.rotating make|read` in the environment of a site.
"""

import json
import sys

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402  needs the apps

from customs_portal.accounts.models import Role, User  # noqa: E402
from customs_portal.accounts.second_factor import SecondFactorAdapter  # noqa: E402
from messaging.models import Partner  # noqa: E402
from tests.processes.people import session_of  # noqa: E402

SECRET = "JBSWY3DPEHPK3PXP"


def make() -> None:
    """Make them, and a partner behind a gateway; print the key of the session."""
    official = User.objects.create_user("official", role=Role.AUDITOR)
    secret = SecondFactorAdapter().encrypt(SECRET)
    kind = Authenticator.Type.TOTP
    Authenticator.objects.create(user=official, type=kind, data={"secret": secret})
    Partner.objects.create(
        country="BE", name="Belgium", transport="folder", folder="be", gateway_vouches=True
    )
    print(json.dumps({"session": session_of(User.objects.create_user("reader"))}))


def read() -> None:
    """Print the secret of the second step."""
    [row] = Authenticator.objects.all()
    print(SecondFactorAdapter().decrypt(row.data["secret"]))


if __name__ == "__main__":
    {"make": make, "read": read}[sys.argv[1]]()
