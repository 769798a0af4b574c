"""People, operators and tokens in the admin: the work of the administrator."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from customs_portal import clock
from customs_portal.accounts import duty_admin, mandate_admin, sign_in_admin  # noqa: F401  they register themselves
from customs_portal.accounts.forms import InviteAnewForm, InvitedPersonForm, TokenForm
from customs_portal.accounts.inviting import forget_second_step, invite_from
from customs_portal.accounts.models import (
    AccessLog,
    ApiToken,
    OfficeMembership,
    Operator,
    OperatorMembership,
    User,
)
from customs_portal.accounts.services import end_tokens, issue_token
from customs_portal.admin_access import (
    ADMINISTRATION,
    AUDIT,
    CASEWORK,
    RoleAdmin,
    RolePermissions,
    role_of,
)

PASSWORD_PAGE = "auth_user_password_change"  # noqa: S105  the name of a URL

admin.site.unregister([Group, EmailAddress])


class MembershipInline(RolePermissions, admin.StackedInline[Any, Any]):
    """What a person belongs to; a membership can be ended."""

    extra = 0
    readers, editors = AUDIT, ADMINISTRATION

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the role may end a membership."""
        return role_of(request) in ADMINISTRATION


class OfficesInline(MembershipInline):
    """The offices that an official belongs to."""

    model = OfficeMembership
    raw_id_fields = ("office",)
    parents = ("user", "office")


class OperatorsInline(MembershipInline):
    """The operators that a person acts for."""

    model = OperatorMembership
    raw_id_fields = ("operator",)
    parents = ("user", "operator")


@admin.register(User)
class PersonAdmin(RoleAdmin, UserAdmin[User]):
    """People, each with one role."""

    looked_at_as = "person"
    readers, editors = AUDIT, ADMINISTRATION
    add_form = InvitedPersonForm
    add_form_template = "admin/change_form.html"
    inlines = (OfficesInline, OperatorsInline)
    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    date_hierarchy = "date_joined"
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username",)}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("role", "is_active")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "first_name", "last_name", "email", "role")}),)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave mail addresses to those who write to people."""
        found = super().get_fieldsets(request, obj)
        if role_of(request) in ADMINISTRATION:
            return found
        return [
            (name, {"fields": tuple(each for each in options["fields"] if each != "email")})
            for name, options in found
        ]

    def reference_of(self, row: User) -> str:
        """Return the user name."""
        return row.username

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let nobody change their own role or close their own account."""
        own = ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that invites anew; nobody sets the password of somebody else."""
        view = self.admin_site.admin_view(self.invite_view)
        own = path("<int:key>/invite/", view, name="accounts_user_invite")
        return [own, *(url for url in super().get_urls() if url.name != PASSWORD_PAGE)]

    def response_add(self, request: HttpRequest, obj: User, *_: Any) -> HttpResponse:
        """Invite whoever was added and show the link, once."""
        return self._invited(request, obj)

    def invite_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask, then invite a person anew and show the link, once."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        person = self.get_object(request, str(key))
        if person is None:
            raise Http404
        form = InviteAnewForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._invitation_page(request, person, form=form)
        if form.cleaned_data["forget_second_step"]:
            forget_second_step(request, user=person, by=cast("User", request.user))
        self.log_change(request, person, "Invited anew.")
        return self._invited(request, person)

    def _invited(self, request: HttpRequest, person: User) -> HttpResponse:
        invited = invite_from(request, user=person, by=cast("User", request.user))
        return self._invitation_page(request, person, invited=invited)

    def _invitation_page(self, request: HttpRequest, person: User, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Invite"),
            "subtitle": str(person),
            "original": person,
            **more,
        }
        return TemplateResponse(request, "admin/accounts/user/invite.html", context)


@admin.register(Operator)
class OperatorAdmin(RoleAdmin):
    """Economic operators; a token makes one connected."""

    looked_at_as = "operator"
    readers, editors = CASEWORK | AUDIT, ADMINISTRATION
    list_display = ("eori", "name", "country", "valid_to", "aeo", "aeo_suspended", "telephone")
    list_filter = ("aeo", "aeo_suspended", "natural_person", "country")
    search_fields = ("eori", "name", "aeo_number")
    date_hierarchy = "valid_from"
    fieldsets = (
        (None, {"fields": ("eori", "name", "natural_person", "telephone")}),
        (_("Address"), {"fields": ("street", "postcode", "city", "country")}),
        (_("EORI"), {"fields": ("valid_from", "valid_to")}),
        (
            _("Authorised economic operator"),
            {"fields": ("aeo", "aeo_number", "aeo_valid_from", "aeo_valid_to", "aeo_suspended")},
        ),
    )

    def reference_of(self, row: Operator) -> str:
        """Return the EORI number."""
        return row.eori

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the EORI number of an operator as it is."""
        return ("eori", "shown_name") if obj is not None else ("shown_name",)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Mask natural persons for whoever has no need of their names."""
        if self._needs_names(request):
            return self.list_display
        return ("eori", "shown_name", "country", "valid_to", "aeo", "aeo_suspended")

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Let nobody find out by searching what they are not shown."""
        return self.search_fields if self._needs_names(request) else ("eori", "aeo_number")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out name, address and telephone of a natural person."""
        if obj is None or not obj.natural_person or self._needs_names(request):
            return self.fieldsets
        return [
            (None, {"fields": ("eori", "shown_name", "natural_person", "country")}),
            *self.fieldsets[2:],
        ]

    def _needs_names(self, request: HttpRequest) -> bool:
        return role_of(request) in CASEWORK | ADMINISTRATION

    @admin.display(description=_("name"), ordering="eori")
    def shown_name(self, operator: Operator) -> str:
        """Say what the operator is called, a natural person by initials."""
        return operator.label

    def get_urls(self) -> list[URLPattern]:
        """Add the page that issues a token."""
        view = self.admin_site.admin_view(self.issue_token_view)
        name = "accounts_operator_issue_token"
        return [path("<int:key>/issue-token/", view, name=name), *super().get_urls()]

    @sensitive_variables("token")
    def issue_token_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask what the token is for; issue it and show it, once."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        operator = self.get_object(request, str(key))
        if operator is None:
            raise Http404
        self.note_looks(request, [operator], "read")
        form = TokenForm(request.POST or None)
        token = ""
        if request.method == "POST" and form.is_valid():
            assert isinstance(request.user, User)
            token = issue_token(
                operator=operator, at=clock.now(), issued_by=request.user, **form.cleaned_data
            )
            self.log_change(request, operator, "Token issued.")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Issue a token"),
            "subtitle": str(operator),
            "original": operator,
            "form": form,
            "token": token,
        }
        return TemplateResponse(request, "admin/accounts/operator/issue_token.html", context)


@admin.register(ApiToken)
class ApiTokenAdmin(RoleAdmin):
    """Tokens of systems; issued on the page of their operator, those for lists by a command."""

    readers = ADMINISTRATION | AUDIT
    list_display = (
        "token_key", "operator", "user", "label", "scopes", "test", "created", "last_used_at",
        "expiry",
    )  # fmt: skip
    list_filter = ("test", "expiry")
    list_select_related = ("operator", "user")
    search_fields = ("operator__eori", "label", "token_key")
    date_hierarchy = "created"
    ordering = ("-created",)
    fields = (
        "token_key", "operator", "user", "label", "scopes", "test", "issued_by", "created",
        "last_used_at", "expiry",
    )  # fmt: skip
    actions = ("end",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether the role may end tokens."""
        return role_of(request) in ADMINISTRATION

    @admin.action(description=_("End now"), permissions=["end"])
    def end(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        """End the chosen tokens that still live."""
        count = end_tokens(list(rows.values_list("pk", flat=True)), at=clock.now())
        text = ngettext("%d token ended.", "%d tokens ended.", count) % count
        self.message_user(request, text, messages.SUCCESS)


@admin.register(AccessLog)
class AccessLogAdmin(RoleAdmin):
    """Who looked at what."""

    readers = AUDIT
    list_display = ("at", "user", "how", "what", "reference", "reason", "address")
    list_filter = ("how", "what")
    list_select_related = ("user",)
    search_fields = ("=reference", "=user__username")
    date_hierarchy = "at"
    ordering = ("-at",)
