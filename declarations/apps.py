"""The declarations app: what was declared, and the legal state that follows from it."""

from django.apps import AppConfig


class DeclarationsConfig(AppConfig):
    """Filings, ENS, entry legs, consignments, measures."""

    name = "declarations"
    label = "declarations"
