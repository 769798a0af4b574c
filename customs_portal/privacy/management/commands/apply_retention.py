"""Remove what the retention policies no longer let us keep."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.accounts.models import User
from customs_portal.privacy.models import Kind
from customs_portal.privacy.retention import Refused, apply_retention


class Command(BaseCommand):
    """Rehearses unless told to remove; each step is recorded under the name of whoever asks."""

    help = "Apply the retention policies; without --remove nothing is removed, all is counted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who asks, which kinds, and whether to remove."""
        parser.add_argument("--by", required=True, help="user name of an administrator")
        parser.add_argument("--kind", action="append", choices=Kind.values, default=[])
        parser.add_argument("--remove", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each step."""
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(_("There is nobody of that name."))
        found = apply_retention(
            by=by, at=clock.now(), rehearsal=not options["remove"], kinds=options["kind"]
        )
        if isinstance(found, Refused):
            raise CommandError(" ".join(finding.text for finding in found.findings))
        for step in found:
            text = _("%(kind)s %(what)s: %(rows)d to go, %(held)d held back, %(in_use)d in use")
            told = {
                "kind": step.policy.kind, "what": step.what, "rows": step.rows,
                "held": step.held, "in_use": step.in_use,
            }  # fmt: skip
            self.stdout.write(f"{text % told} {step.note}".strip())
        if not options["remove"]:
            self.stdout.write(_("Rehearsed: nothing was removed. --remove removes it."))
