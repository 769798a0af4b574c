"""Prove that the closed months of the logs are what they were, or say where they are not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from customs_portal.events.digests import breaks
from customs_portal.events.models import DroppedMonth, MonthDigest


class Command(BaseCommand):
    """Reads only; ends with 1 where something is broken."""

    help = "Compute the digests of all closed months of events, changes and looks again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each closed month with its digest, and each break."""
        for closed in MonthDigest.objects.order_by("log", "month"):
            self.stdout.write(f"{closed.log} {closed.month:%Y-%m} {bytes(closed.digest).hex()}")
        for dropped in DroppedMonth.objects.order_by("log", "month"):
            self.stdout.write(_("dropped: %s") % f"{dropped} ({dropped.legal_basis})")
        found = breaks()
        for each in found:
            self.stdout.write(_("BROKEN: %s") % f"{each.log} {each.month:%Y-%m}: {each.how}")
        if found:
            sys.exit(1)
