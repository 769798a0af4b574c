"""Saved views: how an official likes to see the queue."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import OfficeMembership, User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views by whose queue they stand in."""

    def in_queue_of(self, user: User) -> "SavedViewQuerySet":
        """Keep the user's own, and those that colleagues at an office of the user's share."""
        offices = policies.office_references(user)
        here = OfficeMembership.objects.filter(office__reference__in=offices).values("user")
        return self.filter(Q(owner=user) | Q(shared=True, owner__in=here))


class SavedView(models.Model):
    """A view of the queue under a name; `query` is what its address says behind the question mark.

    A shared one also stands in the queues of the owner's colleagues.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("query"), max_length=400)
    shared = models.BooleanField(_("shared with colleagues"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_saved_view_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name
