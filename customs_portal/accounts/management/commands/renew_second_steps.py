"""Encrypt the secrets of all second steps with the current SECRET_KEY, before a former one goes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management import BaseCommand
from django.db import transaction

from customs_portal.accounts.second_factor import encrypt_anew


class Command(BaseCommand):
    """Second part of a change of SECRET_KEY; may run while the portal does, and again."""

    help = "Encrypt the secrets of all second steps with the current SECRET_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it row by row; raises InvalidToken for a row whose key is in no setting any more."""
        numbers = list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
        for number in numbers:
            with transaction.atomic():
                row = Authenticator.objects.select_for_update().filter(pk=number).first()
                if row is not None:
                    encrypt_anew(row)
        self.stdout.write(f"{len(numbers)} encrypted anew.")
