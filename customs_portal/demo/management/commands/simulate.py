"""Send demo traffic to a running portal and compare the answers with what they must be."""

import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.demo import people, place, reporting, simulation
from customs_portal.demo.traffic import traffic


class Command(BaseCommand):
    """Lodge declarations over HTTP; ends with 1 if an answer is not as expected."""

    help = "Send invented declarations to the portal and compare expected with received answers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take rate, number and seed, and where to send with which tokens."""
        parser.add_argument("--rate", type=float, default=5.0, help="messages a second")
        parser.add_argument("--count", type=int, default=100, help="number of messages")
        parser.add_argument("--seed", type=int, help="the same seed gives the same declarations")
        parser.add_argument("--url", default="", help="address of the portal")
        parser.add_argument("--demo-file", type=Path, help="demo.json with url and tokens")
        parser.add_argument(
            "--token", action="append", default=[], metavar="EORI=TOKEN", help="may be repeated"
        )
        parser.add_argument("--limit", type=float, default=60.0, help="seconds to wait for answers")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, wait, compare."""
        if options["rate"] <= 0 or options["count"] < 1:
            raise CommandError(_("Rate and count must be above zero."))
        seed = secrets.randbelow(10**6) if options["seed"] is None else options["seed"]
        found = people.read(options["demo_file"] or place.demo_file())
        url = options["url"] or found.url or place.url()
        tokens = _tokens(found, options["token"])
        self.stdout.write(_("Seed %(seed)d to %(url)s") % {"seed": seed, "url": url})
        with simulation.Portal(url, tokens) as portal:
            results = self._run(portal, seed, options)
        if reporting.report(self.stdout, results):
            raise CommandError(_("Not every answer is as expected."), returncode=1)

    def _run(
        self, portal: simulation.Portal, seed: int, options: dict[str, Any]
    ) -> list[simulation.Result]:
        count = options["count"]
        samples = traffic(seed=seed, count=count, at=clock.now(), country=settings.CUSTOMS_COUNTRY)
        with reporting.progress(self.stdout, _("sent"), count) as bar:
            sent = simulation.send(portal, samples, rate=options["rate"], progress=bar)
        with reporting.progress(self.stdout, _("answered"), count) as bar:
            return simulation.collect(portal, sent, limit=options["limit"], progress=bar)


def _tokens(found: people.DemoFile, given: list[str]) -> dict[str, str]:
    """Return the token of each operator; those on the command line come first."""
    tokens = {each["eori"]: each["token"] for each in found.tokens}
    for pair in given:
        eori, mark, token = pair.partition("=")
        if not mark or not token:
            raise CommandError(_("--token takes EORI=TOKEN."))
        tokens[eori] = token
    missing = [eori for eori in people.senders() if eori not in tokens]
    if missing:
        raise CommandError(_("There is no token for %s.") % ", ".join(missing))
    return tokens
