"""The reference app: dated code lists, countries, customs offices and reason codes."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """Reference data, loaded by command from CSV."""

    name = "customs_portal.reference"
    label = "reference"
