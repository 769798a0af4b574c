"""Tell the stories of the demo as things of the last weeks, before the site runs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from customs_portal import clock
from customs_portal.demo import stories
from customs_portal.demo.telling.book import tell_all
from customs_portal.demo.telling.story import Story
from declarations.models import Filing


class Command(BaseCommand):
    """Tells all of them or none, and nothing where anything was declared already.

    Workers must not run meanwhile: they would take what is due at the time of a story.
    """

    help = "Tell the stories of the demo message by message, as things of the last weeks."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell, in the country where the stories happen."""
        if settings.CUSTOMS_COUNTRY != stories.COUNTRY or Filing.objects.exists():
            return
        self.verbosity = options["verbosity"]
        with transaction.atomic():
            tell_all(now=clock.now(), told=self._say)

    def _say(self, story: Story) -> None:
        if self.verbosity:
            self.stdout.write(f"{story.number} {story.title}: {story.mrn}")
