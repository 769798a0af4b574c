"""The accounts app: people, operators, roles, tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People of the administration and of traders, and who belongs where."""

    name = "customs_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Write what happens at the door to its trail."""
        from customs_portal.accounts import receivers

        receivers.connect()
