"""Saved views: how an official likes to see the queue."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.bulk import read_prepared

_IN_QUEUE = """
t.owner_id = %(user)s::bigint OR t.shared AND t.owner_id IN (
    SELECT m.user_id FROM accounts_officemembership m JOIN reference_office o ON o.id = m.office_id
    WHERE o.reference = ANY(%(offices)s::text[]))
ORDER BY t.name, t.id
"""


class SavedView(models.Model):
    """A view of the queue under a name; `query` is what its address says behind the question mark.

    A shared one also stands in the queues of the owner's colleagues.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("query"), max_length=400)
    shared = models.BooleanField(_("shared with colleagues"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_saved_view_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_queue_of(cls, user: User) -> "list[SavedView]":
        """Return the user's own, and those that colleagues at an office of the user's share."""
        offices = sorted(policies.office_references(user))
        return read_prepared(cls, _IN_QUEUE, {"user": user.pk, "offices": offices})
