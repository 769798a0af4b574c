"""Measure how well the model of chapters does, for the page of data quality."""

from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from customs_portal import clock
from declarations.checks.quality.measuring import digest, measure
from risk.models import ChapterModelMeasure


class Command(BaseCommand):
    """Nothing is done where these labels and settings were measured before."""

    help = "Measure the model of chapters on labels that it has not seen."

    def handle(self, *args: Any, **options: Any) -> None:
        """Store and print the figures."""
        own = digest()
        if not ChapterModelMeasure.objects.filter(digest=own).exists():
            figures = msgspec.structs.asdict(measure())
            ChapterModelMeasure.objects.create(measured_at=clock.now(), digest=own, **figures)
        found = ChapterModelMeasure.objects.get(digest=own)
        self.stdout.write(
            f"{found.labels} labels: top-3 {found.among_three:.3f}, top-1 {found.first:.3f}, "
            f"flagged wrongly {found.flagged_wrongly:.3f}, caught {found.caught:.3f}"
        )
