"""Mandates in the admin: granted and revoked there, never changed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customs_portal import clock
from customs_portal.accounts import mandates
from customs_portal.accounts.models import Mandate, User
from customs_portal.admin_access import ADMINISTRATION, AUDIT, CASEWORK, RoleAdmin, role_of

CONTENT = ("operator", "representative", "scopes", "valid_from", "valid_to")


class GrantForm(forms.ModelForm[Mandate]):
    """A new mandate."""

    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=Mandate.Scope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Mandate
        fields = CONTENT

    def clean_valid_to(self) -> Any:
        """Refuse a mandate that would have ended already."""
        end = self.cleaned_data["valid_to"]
        if end is not None and end <= clock.now().date():
            raise forms.ValidationError(_("It would have ended already."))
        return end


@admin.register(Mandate)
class MandateAdmin(RoleAdmin):
    """Who may represent whom, for what, and until when."""

    readers, editors = CASEWORK | AUDIT, ADMINISTRATION
    form = GrantForm
    list_display = (
        "operator", "representative", "scopes", "valid_from", "valid_to", "granted_at",
        "revoked_at",
    )  # fmt: skip
    list_filter = ("granted_at", "revoked_at")
    list_select_related = ("operator", "representative")
    search_fields = ("^operator__eori", "^representative__eori")
    date_hierarchy = "granted_at"
    raw_id_fields = ("operator", "representative")
    actions = ("revoke",)

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Let nobody find out by searching what they are not shown: the name of a person."""
        if role_of(request) in AUDIT:
            return self.search_fields
        return (*self.search_fields, "operator__name", "representative__name")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show how it came about and ended, once it is there."""
        told = ("granted_by", "granted_at", "revoked_by", "revoked_at")
        return CONTENT if obj is None else (*CONTENT, *told)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change a mandate that was granted; the list is there for its action."""
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: Mandate, form: Any, change: Any) -> None:
        """Keep who granted it and when."""
        assert isinstance(request.user, User)
        obj.granted_by, obj.granted_at = request.user, clock.now()
        super().save_model(request, obj, form, change)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether the role may revoke mandates."""
        return role_of(request) in ADMINISTRATION

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Mandate]) -> None:
        """Revoke the chosen mandates that are not revoked."""
        assert isinstance(request.user, User)
        keys = list(rows.values_list("pk", flat=True))
        count = mandates.revoke(keys, by=request.user, at=clock.now())
        text = ngettext("%d mandate revoked.", "%d mandates revoked.", count) % count
        self.message_user(request, text, messages.SUCCESS)
