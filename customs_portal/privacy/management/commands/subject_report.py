"""Tell what is stored about somebody."""

import sys
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from customs_portal import clock
from customs_portal.accounts.access_log import record_looks
from customs_portal.accounts.models import AccessLog, Role, User
from customs_portal.looks import Look
from customs_portal.privacy.holds import SHORTEST_REASON
from customs_portal.privacy.subject import Kind, Subject, report


class Command(BaseCommand):
    """JSON lines, one for each place; recorded under the name of whoever asks."""

    help = "Write everything stored about an operator, a person or a user as JSON lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one subject, who asks, and why."""
        which = parser.add_mutually_exclusive_group(required=True)
        for kind in Kind:
            which.add_argument(f"--{kind}")
        parser.add_argument("--by", required=True, help="user name of an auditor")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Record the look, then write."""
        by = User.objects.filter(username=options["by"], is_active=True, role=Role.AUDITOR).first()
        if by is None or len(options["reason"]) < SHORTEST_REASON:
            raise CommandError(_("Name an auditor, and a reason of at least 10 signs."))
        kind = next(each for each in Kind if options[each])
        subject = Subject(kind=kind, value=options[kind])
        at, reason = clock.now(), options["reason"]
        with transaction.atomic():
            look = Look(what=AccessLog.What.PERSON.value, reference=f"{kind} {subject.value}")
            record_looks(by, [look], at=at, how=AccessLog.How.EXPORTED, reason=reason)
            parts = report(subject, by=by, reason=reason, at=at)
        mark = {"by": by.username, "at": at, "purpose": reason, "about": subject}
        for line in ({"watermark": mark}, *parts):
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
