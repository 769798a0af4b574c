"""Messages in the admin, as received and sent, and the systems of terminals."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customs_portal import clock
from customs_portal.admin_access import ADMINISTRATION, AUDIT, CASEWORK, RoleAdmin
from declarations.admin import link_to
from messaging import partner_admin  # noqa: F401  it registers itself
from messaging.models import InboundMessage, OutboundMessage, PortSystem, Subscription
from messaging.reads import kept_body, may_read_body

LONGEST_SHOWN = 100_000


class MessageAdmin(RoleAdmin):
    """A message with its exact bytes, shown as text."""

    scoped = True
    readers = CASEWORK | AUDIT

    def ens_of(self, row: InboundMessage | OutboundMessage) -> int | None:
        """Return the ENS that a message was written about; one received names it by its MRN."""
        return row.ens_id if isinstance(row, OutboundMessage) else None

    @admin.display(description=_("raw message"))
    def raw_text(self, message: InboundMessage | OutboundMessage) -> SafeString:
        """Show the bytes as text; what is no UTF-8 is marked."""
        viewer = message.looked_at_by  # type: ignore[union-attr]  # set by RoleAdmin
        if not may_read_body(message, viewer, clock.now()):
            return format_html("{}", _("Shown on the page of the message, for a stated reason."))
        body = kept_body(message)
        if body is None:
            return format_html("{}", _("No longer kept."))
        text = body[:LONGEST_SHOWN].decode("utf-8", "backslashreplace")
        return format_html("<pre>{}</pre>", text.replace("\x00", "\\x00"))


@admin.register(InboundMessage)
class InboundMessageAdmin(MessageAdmin):
    """Messages received."""

    looked_at_as = "message_received"
    list_display = (
        "correlation",
        "kind",
        "is_test",
        "operator",
        "lrn",
        "mrn",
        "state",
        "received_at",
        "size",
    )
    list_filter = ("state", "is_test", "kind")
    list_select_related = ("operator",)
    search_fields = ("=correlation", "^mrn", "^lrn", "^operator__eori")
    date_hierarchy = "received_at"
    ordering = ("-received_at",)
    fields = (
        "correlation",
        "operator",
        "kind",
        "is_test",
        "message_identification",
        "lrn",
        "mrn",
        "state",
        "received_at",
        "judged_at",
        "size",
        "findings",
        "repeats_link",
        "answer_link",
        "raw_text",
    )
    readonly_fields = ("repeats_link", "answer_link", "raw_text")

    def reference_of(self, row: InboundMessage) -> str:
        """Return the correlation id."""
        return str(row.correlation)

    @admin.display(description=_("repeats"))
    def repeats_link(self, message: InboundMessage) -> SafeString | str:
        """Lead to the first message of the same id."""
        return link_to(message.repeats) if message.repeats else "-"

    @admin.display(description=_("answer"))
    def answer_link(self, message: InboundMessage) -> SafeString | str:
        """Lead to the answer."""
        return link_to(message.answer) if message.answer else "-"


@admin.register(OutboundMessage)
class OutboundMessageAdmin(MessageAdmin):
    """Messages to traders and partners."""

    looked_at_as = "message_sent"
    list_display = (
        "message_identification",
        "kind",
        "recipient",
        "mrn",
        "state",
        "created_at",
        "delivered_at",
    )
    list_filter = ("kind", "channel", "state")
    search_fields = ("^mrn", "^lrn", "^recipient", "=message_identification")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fields = (
        "message_identification",
        "kind",
        "channel",
        "recipient",
        "ens_link",
        "ens_version",
        "mrn",
        "lrn",
        "state",
        "created_at",
        "delivered_at",
        "raw_text",
    )
    readonly_fields = ("ens_link", "raw_text")

    def reference_of(self, row: OutboundMessage) -> str:
        """Return the message id."""
        return row.message_identification

    @admin.display(description=_("ENS"))
    def ens_link(self, message: OutboundMessage) -> SafeString | str:
        """Lead to the ENS that the message is about."""
        return link_to(message.ens) if message.ens else "-"


@admin.register(PortSystem)
class PortSystemAdmin(RoleAdmin):
    """The systems of terminals, kept by administrators."""

    readers = CASEWORK | AUDIT
    editors = ADMINISTRATION
    list_display = ("name", "location", "operator", "active")
    list_filter = ("active",)
    list_select_related = ("operator",)
    search_fields = ("name", "^location", "^operator__eori")
    autocomplete_fields = ("operator",)
    ordering = ("location", "name")


@admin.register(Subscription)
class SubscriptionAdmin(RoleAdmin):
    """What carriers want to be told of filings of others, kept by administrators."""

    readers = CASEWORK | AUDIT
    editors = ADMINISTRATION
    list_display = ("operator", "kind")
    list_filter = ("kind",)
    list_select_related = ("operator",)
    search_fields = ("^operator__eori",)
    autocomplete_fields = ("operator",)
