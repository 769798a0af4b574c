"""Close the months of the event log that are over."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.events.digests import close_months


class Command(BaseCommand):
    """Safe to run again; beat does the same every day."""

    help = "Close each month of the event log that is over with a digest."

    def handle(self, *args: Any, **options: Any) -> None:
        """Close and print the months."""
        for month in close_months(at=clock.now()):
            self.stdout.write(_("closed: %s") % f"{month:%Y-%m}")
