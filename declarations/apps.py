"""The declarations app: what was declared, and the legal state that follows from it."""

from django.apps import AppConfig


class DeclarationsConfig(AppConfig):
    """Filings, ENS, entry legs, consignments, measures."""

    name = "declarations"
    label = "declarations"

    def ready(self) -> None:
        """Register the admin of measures, which stands in a module of its own."""
        from declarations import admin_measures  # noqa: F401  registers
