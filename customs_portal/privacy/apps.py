"""Data protection: what is kept how long, what must be kept, and what is stored about somebody."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Composes what the apps below store; stands on the top floor."""

    name = "customs_portal.privacy"
    label = "privacy"
