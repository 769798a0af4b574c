"""Who read what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models.people import User
from customs_portal.events.append_only import append_only


class AccessLog(models.Model):
    """That somebody read something that is logged. Append-only; partitioned by month."""

    class What(models.TextChoices):
        CASE = "case", _("Case")
        ENS = "ens", _("ENS")
        MESSAGE_RECEIVED = "message_received", _("Message received")
        MESSAGE_SENT = "message_sent", _("Message sent")
        FILING = "filing", _("Filing")
        ASSESSMENT = "assessment", _("Assessment")
        DECISION = "decision", _("Decision")
        MEASURE = "measure", _("Measure")
        ARRIVAL = "arrival", _("Arrival")
        INFRINGEMENT = "infringement", _("Infringement")
        RULE = "rule", _("Rule")
        REFERENCE_LIST = "list", _("Reference list")
        OPERATOR = "operator", _("Operator")
        PERSON = "person", _("Person")
        EVENT = "event", _("Event")
        TRAIL = "trail", _("Audit trail")
        SEARCH = "search", _("Search")

    class How(models.TextChoices):
        READ = "read", _("read")
        LISTED = "listed", _("seen in a list")
        ELSEWHERE = "elsewhere", _("read outside own offices")
        EXPORTED = "exported", _("exported")
        UNMASKED = "unmasked", _("read with names of persons")

    id = models.BigIntegerField(primary_key=True)
    month = models.DateField(_("month"))
    at = models.DateTimeField(_("time"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    what = models.CharField(_("what"), max_length=16, choices=What.choices)
    reference = models.CharField(_("reference"), max_length=200)
    ens = models.BigIntegerField(_("ENS"), null=True)
    how = models.CharField(_("how"), max_length=10, choices=How.choices, db_default="read")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("access log")
        indexes = [
            models.Index(fields=["what", "reference"], name="access_what"),
            models.Index(fields=["user", "at"], name="access_user"),
            models.Index(fields=["ens"], condition=models.Q(ens__isnull=False), name="access_ens"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.reference}"
