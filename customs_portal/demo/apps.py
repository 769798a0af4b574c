"""The demo app: invented people, traffic and stories."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demonstration data; has no models."""

    name = "customs_portal.demo"
    label = "demo"
