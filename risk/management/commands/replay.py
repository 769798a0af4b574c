"""Make a past assessment again and say whether it finds the same."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from risk.engine.explain import sentence
from risk.models import Assessment, ReferenceList
from risk.services.replay import Replayed, replay


class Command(BaseCommand):
    """Reads only; may run while the site does."""

    help = "Replay an assessment by its number, or all of an ENS by its MRN."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of an assessment or an MRN."""
        parser.add_argument("which", metavar="ASSESSMENT|MRN")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what came again and what did not; fail where anything differs."""
        replayed = replay(_wanted(options["which"]))
        if not replayed:
            raise CommandError(_("There is no assessment by rules with this number or MRN."))
        for each in replayed:
            self._tell(each)
        if not all(each.is_same for each in replayed):
            raise CommandError(_("Not every assessment came out the same."))

    def _tell(self, replayed: Replayed) -> None:
        number, hits = replayed.assessment, len(replayed.stored)
        if replayed.is_same:
            self.stdout.write(
                _("Assessment %(number)d: the same %(hits)d hits.")
                % {"number": number, "hits": hits}
            )
            return
        titles = dict(ReferenceList.objects.values_list("code", "name"))
        self.stdout.write(_("Assessment %d differs:") % number)
        for sign, found in (("-", replayed.lost), ("+", replayed.gained)):
            for hit in found:
                self.stdout.write(f"{sign} {hit.rule} v{hit.version}: {sentence(hit, titles)}")


def _wanted(which: str) -> "QuerySet[Assessment]":
    found = Assessment.objects.select_related("rule_set").order_by("pk")
    return found.filter(pk=int(which)) if which.isdigit() else found.filter(ens__mrn=which.upper())
