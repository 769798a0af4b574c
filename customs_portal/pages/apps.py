"""The pages of officers, traders and auditors."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Composes what the apps below show; loads the Celery application so that tasks can be sent."""

    name = "customs_portal.pages"
    label = "pages"

    def ready(self) -> None:
        """Make the portal's Celery application the current one; register the system checks."""
        from customs_portal.celery import app
        from customs_portal.pages import checks  # noqa: F401  registers itself

        app.set_default()
