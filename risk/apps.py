"""The risk app: opinion about what was declared, and the work of officers on it."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """Rules, assessments, cases and decisions."""

    name = "risk"
    label = "risk"
