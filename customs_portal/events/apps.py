"""The event engine: append-only facts, and what is due because of them."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string

from customs_portal.events import routing


class EventsConfig(AppConfig):
    """Takes the pipeline over once, at start-up."""

    name = "customs_portal.events"
    label = "events"

    def ready(self) -> None:
        """Install the pipeline named by the setting PIPELINE and register the system checks."""
        from customs_portal.events import checks  # noqa: F401  registers itself

        routing.install(lambda: import_string(settings.PIPELINE))
