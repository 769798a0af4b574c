"""The messaging app: everything on the wire."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Formats, inbox, outbox, partners."""

    name = "messaging"
    label = "messaging"

    def ready(self) -> None:
        """Tell risk analysis which States may be asked."""
        from messaging.agreements import askable
        from risk.askable import ask_of

        ask_of(askable)
