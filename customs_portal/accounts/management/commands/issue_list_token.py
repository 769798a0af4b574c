"""Issue a token by which a system loads reference lists."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.accounts.models import User
from customs_portal.accounts.services import LONGEST_LIFE, issue_list_token


class Command(BaseCommand):
    """Each call issues one more; they are ended in the admin."""

    help = "Issue a token by which a system loads reference lists in the name of a risk analyst."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the analyst and what the token is for."""
        parser.add_argument("username")
        parser.add_argument("--label", default="", help="which system has it")
        parser.add_argument("--days", type=int, default=LONGEST_LIFE.days)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token, which can never be read again."""
        at = clock.now()
        analyst = User.objects.filter(username=options["username"]).first()
        if analyst is None or options["days"] < 1:
            raise CommandError(_("There is no such person, or the token would not live."))
        try:
            token = issue_list_token(
                analyst=analyst,
                at=at,
                expires_at=at + timedelta(days=options["days"]),
                label=options["label"][:70],
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)
