"""Give filings that were lodged before their linking keys were known these keys."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from customs_portal import clock
from declarations.services.relinking import link_stored


class Command(BaseCommand):
    """May run while the site does, and again after it was interrupted; the workers link."""

    help = "Give stored filings of ICS2 the keys by which they are linked."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many filings were looked at and how many got other keys."""
        looked_at = changed = 0
        for batch in link_stored(at=clock.now()):
            looked_at, changed = looked_at + batch.looked_at, changed + batch.changed
        told = {"all": looked_at, "changed": changed}
        self.stdout.write(_("%(changed)d of %(all)d filings have other keys now.") % told)
