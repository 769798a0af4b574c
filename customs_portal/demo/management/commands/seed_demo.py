"""Fill an empty portal with lively traffic and the stories of the demo."""

from argparse import ArgumentParser
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.demo import (
    decisions,
    foreign,
    people,
    place,
    reporting,
    simulation,
    stories,
)
from customs_portal.demo.declaring import LRN_PREFIX
from customs_portal.demo.traffic import traffic
from declarations.models import Filing

SEED = 2026


class Command(BaseCommand):
    """Lodges through the running site; does nothing where the traffic was lodged already."""

    help = "Lodge the demo traffic and the stories through the running portal, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of messages beside the stories."""
        parser.add_argument("--count", type=int, default=120)
        parser.add_argument("--rate", type=float, default=20.0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Lodge and compare, unless there is something already."""
        if Filing.objects.filter(lrn__startswith=LRN_PREFIX).exists():
            return
        found = people.read(place.demo_file())
        tokens = {each["eori"]: each["token"] for each in found.tokens}
        with simulation.Portal(found.url or place.url(), tokens) as portal:
            results = self._run(portal, options)
        if reporting.report(self.stdout, results):
            raise CommandError(_("Not every answer is as expected."), returncode=1)
        if settings.CUSTOMS_COUNTRY == stories.COUNTRY and not decisions.recommend_scan():
            raise CommandError(_("The case of story 1 did not come."), returncode=1)
        foreign.tell(country=settings.CUSTOMS_COUNTRY, at=clock.now())

    def _run(self, portal: simulation.Portal, options: dict[str, Any]) -> list[simulation.Result]:
        at, country = clock.now(), settings.CUSTOMS_COUNTRY
        told = stories.opening(country=country, at=at)
        count = options["count"] + len(told)
        lively = traffic(seed=SEED, count=options["count"], at=at, country=country)
        with reporting.progress(self.stdout, _("sent"), count) as bar:
            sent = simulation.send(portal, chain(told, lively), rate=options["rate"], progress=bar)
        with reporting.progress(self.stdout, _("answered"), count) as bar:
            return simulation.collect(portal, sent, limit=120, progress=bar)
