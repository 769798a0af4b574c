"""How people get in: accounts are made by an administrator, never by the person."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):
    """allauth without registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never open."""
        return False
