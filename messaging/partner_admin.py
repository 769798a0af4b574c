"""The register of partners in the admin, and what goes on between them and us."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customs_portal import clock
from customs_portal.admin_access import (
    ADMINISTRATION,
    AUDIT,
    RoleAdmin,
    RoleInline,
    RolePermissions,
    role_of,
)
from messaging.formats.tables import catalogue
from messaging.models import (
    Dispatch,
    Partner,
    PartnerContact,
    PartnerKey,
    PartnerLine,
    PartnerOutage,
    Transmission,
)
from messaging.models.outbound import JSON_KINDS
from messaging.services import connect_system
from messaging.wire.concluding import try_again
from messaging.wire.outcomes import Delivered, Handed
from messaging.wire.partner_keys import KeysRefused
from messaging.wire.sending import fetch_keys, try_connection


class PartnerForm(forms.ModelForm[Partner]):
    """The entry of a partner, with the kinds of message to choose from."""

    we_send = forms.MultipleChoiceField(label=_("We send"), required=False)
    they_send = forms.MultipleChoiceField(label=_("They send"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, kind) for kind in sorted({*catalogue(), *JSON_KINDS})]
        for name in ("we_send", "they_send"):
            self.fields[name].choices = kinds  # type: ignore[attr-defined]  # both are choices


class ContactInline(RolePermissions, admin.TabularInline[Any, Any]):
    """Whom to call."""

    model = PartnerContact
    extra = 0
    readers, editors = AUDIT, ADMINISTRATION

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role may take somebody off the list."""
        return role_of(request) in ADMINISTRATION


class KeyInline(RoleInline):
    """Its keys; they are entered and fetched on its page."""

    model = PartnerKey
    readers = ADMINISTRATION | AUDIT
    fields = ("key_id", "valid_from", "valid_to")


class PartnerButtons(RoleAdmin):
    """The buttons of partners."""

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether the role keeps the lines running."""
        return role_of(request) in ADMINISTRATION

    @admin.action(description=_("Test the connection"), permissions=["run"])
    def test(self, request: HttpRequest, rows: QuerySet[Partner]) -> None:
        """Send a message that says nothing to each and say what came of it."""
        for partner in rows:
            outcome = try_connection(partner, at=clock.now())
            if isinstance(outcome, Delivered | Handed):
                text = gettext("%s: the connection works.") % partner
                self.message_user(request, text, messages.SUCCESS)
            else:
                self.message_user(request, f"{partner}: {outcome.reason}", messages.ERROR)

    @admin.action(description=_("Try everything now"), permissions=["run"])
    def try_now(self, request: HttpRequest, rows: QuerySet[Partner]) -> None:
        """Have all that waits for them tried now."""
        count = sum(try_again(partner, None, at=clock.now()) for partner in rows)
        text = ngettext("%d message is tried now.", "%d messages are tried now.", count)
        self.message_user(request, text % count, messages.SUCCESS)

    @admin.action(description=_("Fetch new keys"), permissions=["run"])
    def fetch(self, request: HttpRequest, rows: QuerySet[Partner]) -> None:
        """Take over what they publish."""
        for partner in rows:
            try:
                count = fetch_keys(partner, at=clock.now())
            except KeysRefused as error:
                self.message_user(request, f"{partner}: {error}", messages.ERROR)
            else:
                text = gettext("%(partner)s: %(count)d new")
                said = text % {"partner": partner, "count": count}
                self.message_user(request, said, messages.SUCCESS)


@admin.register(Partner)
class PartnerAdmin(PartnerButtons):
    """Administrations, agencies and trader systems."""

    form = PartnerForm
    readers, editors = AUDIT, ADMINISTRATION
    inlines = (ContactInline, KeyInline)
    list_display = ("code", "name", "kind", "transport", "agreed_from", "agreed_to", "active")
    list_filter = ("kind", "transport", "active")
    date_hierarchy = "agreed_from"
    autocomplete_fields = ("operator",)
    search_fields = ("=code", "name", "agreement")
    actions = ("test", "try_now", "fetch")
    fieldsets = (
        (None, {"fields": ("kind", "country", "code", "name", "operator", "active")}),
        (_("Transport"), {"fields": ("transport", "address", "folder", "gateway_vouches")}),
        (
            _("Agreement"),
            {"fields": ("agreement", "agreed_from", "agreed_to", "we_send", "they_send")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep what a partner is called on the wire as it is."""
        return ("kind", "country", "code") if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: Any) -> None:
        """Save, and let the tokens of the operator act for the partner."""
        super().save_model(request, obj, form, change)
        connect_system(obj)


@admin.register(PartnerKey)
class PartnerKeyAdmin(RoleAdmin):
    """The public keys of partners, as they are and were."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("partner", "key_id", "valid_from", "valid_to")
    list_select_related = ("partner",)
    list_filter = ("partner",)
    search_fields = ("^key_id", "=partner__code")
    date_hierarchy = "valid_from"


@admin.register(PartnerOutage)
class PartnerOutageAdmin(RoleAdmin):
    """Planned outages of partners."""

    readers, editors = AUDIT, ADMINISTRATION
    list_display = ("partner", "from_at", "to_at", "reason")
    list_select_related = ("partner",)
    list_filter = ("partner",)
    search_fields = ("=partner__code", "reason")
    date_hierarchy = "from_at"
    autocomplete_fields = ("partner",)


@admin.register(PartnerContact)
class PartnerContactAdmin(RoleAdmin):
    """Contacts of partners, to be found by name or number."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("name", "partner", "task", "telephone", "email")
    list_select_related = ("partner",)
    list_filter = ("partner",)
    search_fields = ("name", "telephone", "email")


@admin.register(PartnerLine)
class PartnerLineAdmin(RoleAdmin):
    """How the line to each partner stands."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("partner", "failures", "open_until", "failed_at", "error", "succeeded_at")
    list_select_related = ("partner",)
    list_filter = ("partner",)
    search_fields = ("=partner__code", "error")
    date_hierarchy = "failed_at"


@admin.register(Dispatch)
class DispatchAdmin(RoleAdmin):
    """Messages on their way to partners; tried again by a button."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("message", "partner", "state", "attempts", "tried_at", "next_try_at", "error")
    list_select_related = ("message", "partner")
    list_filter = ("state", "partner")
    search_fields = ("=message__message_identification", "error")
    date_hierarchy = "tried_at"
    actions = ("try_now",)

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether the role keeps the lines running."""
        return role_of(request) in ADMINISTRATION

    @admin.action(description=_("Try now"), permissions=["run"])
    def try_now(self, request: HttpRequest, rows: QuerySet[Dispatch]) -> None:
        """Have the chosen messages tried now."""
        count = 0
        for partner in Partner.objects.filter(pk__in=rows.values("partner")):
            chosen = list(rows.filter(partner=partner).values_list("pk", flat=True))
            count += try_again(partner, chosen, at=clock.now())
        text = ngettext("%d message is tried now.", "%d messages are tried now.", count)
        self.message_user(request, text % count, messages.SUCCESS)


@admin.register(Transmission)
class TransmissionAdmin(RoleAdmin):
    """What partners sent and the receipts that they got."""

    readers = ADMINISTRATION | AUDIT
    list_display = ("partner", "identification", "kind", "received_at", "correlation")
    list_select_related = ("partner",)
    list_filter = ("partner", "kind")
    search_fields = ("=identification", "=correlation")
    date_hierarchy = "received_at"
    ordering = ("-received_at",)
