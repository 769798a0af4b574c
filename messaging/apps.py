"""The messaging app: everything on the wire."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Formats, inbox, outbox, partners."""

    name = "messaging"
    label = "messaging"
