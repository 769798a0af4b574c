"""Publish the rules and lists of a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from customs_portal import clock
from risk.engine import loading
from risk.models import RiskProfile
from risk.services.publish import load_lists, publish_rules


class Command(BaseCommand):
    """Safe to run again: nothing is published where nothing changed."""

    help = "Load reference lists and rules from files and publish the rules."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the files are, and the profile that the rules go into."""
        parser.add_argument("--rules", type=Path, default=loading.DATA / "demo_rules.json")
        parser.add_argument("--lists", type=Path, default=loading.DATA)
        parser.add_argument("--profile", default="common")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, publish, and say which rule set is in force."""
        rules = loading.load_rules(options["rules"])
        with transaction.atomic():
            load_lists(loading.load_lists(options["lists"]).values())
            profile, _created = RiskProfile.objects.get_or_create(
                code=options["profile"], defaults={"name": options["profile"].capitalize()}
            )
            published = publish_rules(rules, profile=profile, at=clock.now())
        if options["verbosity"]:
            self.stdout.write(f"rule set {published.number}: {len(published.rule_versions)} rules")
