"""Let an officer hold everything that is open: what another State is to be told of.

Run as `python -m tests.processes.conclude` in the environment of a site.
"""

import django

django.setup()

from django.db import transaction  # noqa: E402  needs the apps

from customs_portal import clock  # noqa: E402
from customs_portal.accounts.models import User  # noqa: E402
from risk.models import Case  # noqa: E402
from risk.services import Decided, DecisionOrder, decide  # noqa: E402


def main() -> None:
    officer = User.objects.get(username="one")
    orders = [
        DecisionOrder(
            case=case.pk,
            revision=case.revision,
            verb="hold",
            reason_code="HLD-04",
            note="Waiting for the contract.",
            announce=True,
        )
        for case in Case.objects.filter(status="open")
    ]
    with transaction.atomic():
        results = decide(orders, officer=officer, at=clock.now())
    print(sum(isinstance(result, Decided) for result in results))


main()
