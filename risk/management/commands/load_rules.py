"""Publish the rules and lists of a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from customs_portal import clock
from risk.engine import loading
from risk.engine.evaluate import UnsoundRule
from risk.models import RiskProfile, RuleSetVersion
from risk.rule_sets import in_force
from risk.services.lists import load_lists
from risk.services.publish import publish_rules


class Command(BaseCommand):
    """Safe to run again: nothing is published where nothing changed."""

    help = "Load reference lists and rules from files and publish the rules."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the files are, and the profile that the rules go into."""
        parser.add_argument("--rules", type=Path, default=loading.DATA / "demo_rules.json")
        parser.add_argument("--lists", type=Path, default=loading.DATA)
        parser.add_argument("--profile", default="common")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, publish, and say which rule set is in force; nothing if a rule is unsound."""
        try:
            published = self._publish(options)
        except UnsoundRule as error:
            raise CommandError(f"Nothing is published. {error}") from error
        if options["verbosity"]:
            self.stdout.write(f"rule set {published.number}: {len(published.rule_versions)} rules")

    @transaction.atomic
    def _publish(self, options: dict[str, Any]) -> RuleSetVersion:
        rules = loading.load_rules(options["rules"])
        load_lists(loading.load_lists(options["lists"]).values(), at=clock.now())
        profile, _created = RiskProfile.objects.get_or_create(
            code=options["profile"], defaults={"name": options["profile"].capitalize()}
        )
        published = publish_rules(rules, profile=profile, at=clock.now())
        in_force(clock.now())  # an unsound rule in force would stop all assessment
        return published
