"""Make what back-tests and history read anew from the documents and the stored features."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.bulk import fetch
from declarations.services.locks import lock_ens
from risk import analysed, versions
from risk.names.screening import screen, share

AT_A_TIME = 200
_NEXT = """
SELECT DISTINCT a.ens_id FROM risk_assessment a
WHERE a.rule_set_id IS NOT NULL AND a.ens_id > %s ORDER BY a.ens_id LIMIT %s
"""
_VERSIONS = """
SELECT DISTINCT v.id, v.number FROM declarations_ensversion v
JOIN risk_assessment a ON a.ens_version_id = v.id AND a.rule_set_id IS NOT NULL
WHERE v.ens_id = ANY(%s) ORDER BY v.number
"""


class Command(BaseCommand):
    """May run while the site does, and again after it was interrupted."""

    help = "Rebuild the rows for back-test and history of rules."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the id of the ENS after which to begin; all by default."""
        parser.add_argument("--after", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and print the number of ENS."""
        count, last = 0, options["after"]
        while found := fetch(_NEXT, [last, AT_A_TIME]):
            ens = [row[0] for row in found]
            with transaction.atomic():
                _rebuild(ens)
            count, last = count + len(ens), ens[-1]
        self.stdout.write(_("%d ENS rebuilt.") % count)


def _rebuild(ens: list[int]) -> None:
    """Write the versions of these ENS in their order, so that the newest is the current one."""
    share()
    lock_ens(ens)
    by_number: dict[int, list[int]] = {}
    for version, number in fetch(_VERSIONS, [ens]):
        by_number.setdefault(number, []).append(version)
    for _number, wanted in sorted(by_number.items()):
        analysed.remove(wanted)
        subjects = versions.load_known(wanted)
        analysed.write(subjects, screen(subjects, at=clock.now()))
        analysed.write_history(subjects)
