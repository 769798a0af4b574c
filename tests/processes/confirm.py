"""Let an officer of the risk centre confirm every hit that another State waits for.

Run as `python -m tests.processes.confirm` in the environment of a site.
"""

import django

django.setup()

from django.db import transaction  # noqa: E402  needs the apps

from customs_portal import clock  # noqa: E402
from customs_portal.accounts.models import OfficeMembership, User  # noqa: E402
from customs_portal.reference.models import Office  # noqa: E402
from declarations.services.results import Changed  # noqa: E402
from risk.models import Case  # noqa: E402
from risk.services.verdicts import Verdict, judge_hits  # noqa: E402


def main() -> None:
    officer = User.objects.get(username="two")
    cases = list(Case.objects.filter(status="open", ens__role="involved"))
    for centre in {case.office for case in cases}:
        OfficeMembership.objects.get_or_create(
            user=officer, office=Office.objects.get(reference=centre)
        )
    verdicts = [
        Verdict(
            case=case.pk,
            revision=case.revision,
            result="confirm",
            risk_area="drugs",
            risk_level="high",
            text="Known route",
        )
        for case in cases
    ]
    with transaction.atomic():
        results = judge_hits(verdicts, officer=officer, at=clock.now())
    print(sum(isinstance(result, Changed) for result in results))


main()
