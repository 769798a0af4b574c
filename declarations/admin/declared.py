"""Filings, ENS and measures in the admin: to be read; what changes them are services."""

from typing import Any, ClassVar

import msgspec
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal import clock
from customs_portal.accounts.models import User
from customs_portal.admin_access import (
    ADMINISTRATION,
    CASEWORK,
    DECLARATIONS,
    RoleAdmin,
    RoleInline,
    role_of,
)
from declarations.document import encode
from declarations.models import (
    ConsignmentLife,
    Ens,
    EnsMember,
    EnsVersion,
    EntryLeg,
    Filing,
    FilingLink,
    FilingVersion,
    Measure,
    Outage,
)
from declarations.outages import excused
from declarations.persons import veil_of


def user_of(request: HttpRequest) -> User:
    """Return the official who asks; the admin lets nobody else in."""
    user = request.user
    assert isinstance(user, User)
    return user


def link_to(row: Any) -> SafeString:
    """Return a link to the page of a row in the admin."""
    opts = row._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, row)


class DeclarationInline(RoleInline):
    """What stands below an ENS or a filing."""

    readers = DECLARATIONS


class EnsScopedAdmin(RoleAdmin):
    """Rows that belong to an ENS, seen by those who see it."""

    scoped = True
    looked_at_as = "ens"
    readers = DECLARATIONS
    list_select_related: ClassVar[tuple[str, ...]] = ("ens",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return only rows of ENS that the user sees."""
        return (
            super().get_queryset(request).filter(ens__in=Ens.objects.visible_to(user_of(request)))
        )

    @admin.display(description=_("ENS"), ordering="ens")
    def ens_link(self, row: Any) -> SafeString:
        """Lead to the ENS."""
        return link_to(row.ens)


class FilingScopedAdmin(RoleAdmin):
    """Rows that belong to a filing, seen by those who see it."""

    scoped = True
    looked_at_as = "filing"
    readers = DECLARATIONS
    list_select_related = ("filing",)

    def reference_of(self, row: Any) -> str:
        """Return the MRN, or the LRN of a rejected filing."""
        return str(row.filing)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return only rows of filings that the user sees."""
        seen = Filing.objects.visible_to(user_of(request))
        return super().get_queryset(request).filter(filing__in=seen)

    @admin.display(description=_("filing"), ordering="filing")
    def filing_link(self, row: Any) -> SafeString:
        """Lead to the filing."""
        return link_to(row.filing)


class LegInline(DeclarationInline):
    """The offices on the way."""

    model = EntryLeg
    fields = ("sequence", "office", "country")
    ordering = ("sequence",)


class MemberInline(DeclarationInline):
    """The filings of the ENS."""

    model = EnsMember
    fields = readonly_fields = ("filing_link",)
    parents = ("filing",)

    @admin.display(description=_("filing"))
    def filing_link(self, member: EnsMember) -> SafeString:
        """Lead to the filing."""
        return link_to(member.filing)


class EnsVersionInline(DeclarationInline):
    """What was analysed, version for version."""

    model = EnsVersion
    fields = ("number", "created_at")
    ordering = ("-number",)


class MeasureInline(DeclarationInline):
    """What customs has ordered."""

    model = Measure
    fk_name = "ens"
    fields = ("kind", "status", "subject", "reference", "reason_code", "placed_at", "announced_at")
    show_change_link = True


@admin.register(Ens)
class EnsAdmin(RoleAdmin):
    """ENS with offices, filings, versions and measures."""

    scoped = True
    looked_at_as = "ens"
    readers = DECLARATIONS
    list_display = (
        "mrn",
        "status",
        "completeness",
        "transport_mode",
        "means",
        "office_of_first_entry",
        "expected_arrival",
        "registered_at",
    )
    list_filter = ("status", "completeness", "role", "transport_mode", "office_of_first_entry")
    search_fields = ("^mrn", "^means", "^search_keys__value")
    search_help_text = _("MRN, LRN, container, transport document, EORI or means of transport")
    date_hierarchy = "registered_at"
    ordering = ("-registered_at",)
    inlines = (LegInline, MemberInline, MeasureInline, EnsVersionInline)

    def reference_of(self, row: Ens) -> str:
        """Return the MRN."""
        return row.mrn

    def ens_of(self, row: Ens) -> int:
        """Return the ENS itself."""
        return row.pk


class FilingVersionInline(DeclarationInline):
    """The versions of a filing."""

    model = FilingVersion
    fields = ("number", "created_at")
    ordering = ("-number",)
    parents = ("filing",)
    show_change_link = True


class ConsignmentInline(DeclarationInline):
    """The consignments and where their goods are."""

    model = ConsignmentLife
    fields = ("key", "goods")
    parents = ("filing",)


class LinkInline(DeclarationInline):
    """Below which filings it stands and stood."""

    model = FilingLink
    fk_name = "lower"
    fields = readonly_fields = ("upper_link", "linked_at", "ended_at", "confirmed_by", "reason")
    parents = ("upper",)
    ordering = ("-id",)

    @admin.display(description=_("filing above"))
    def upper_link(self, row: FilingLink) -> SafeString:
        """Lead to the filing above."""
        return link_to(row.upper)


@admin.register(Filing)
class FilingAdmin(RoleAdmin):
    """Filings with their versions and consignments."""

    scoped = True
    looked_at_as = "filing"
    readers = DECLARATIONS
    list_display = (
        "__str__",
        "type",
        "lrn",
        "status",
        "declarant",
        "transport_mode",
        "office_of_first_entry",
        "lodged_at",
        "late_minutes",
    )
    list_filter = (
        "status",
        "type",
        "received_from",
        "transport_mode",
        "office_of_first_entry",
    )
    search_fields = ("^mrn", "^lrn", "^declarant", "^representative", "^carrier")
    date_hierarchy = "lodged_at"
    ordering = ("-lodged_at",)
    inlines = (FilingVersionInline, LinkInline, ConsignmentInline)
    readonly_fields = ("ens_link", "late_excused")

    def reference_of(self, row: Filing) -> str:
        """Return the MRN, or the LRN of a rejected filing."""
        return str(row)

    def story_ens(self, row: Filing) -> int | None:
        """Return the ENS that the filing belongs to."""
        member = EnsMember.objects.filter(filing=row).first()
        return member.ens_id if member else None

    @admin.display(description=_("late, excused by an outage"), boolean=True)
    def late_excused(self, filing: Filing) -> bool:
        """Say whether an outage excuses that the filing came late."""
        return filing.pk in excused([filing])

    @admin.display(description=_("ENS"))
    def ens_link(self, filing: Filing) -> SafeString | str:
        """Lead to the ENS that the filing belongs to."""
        member = EnsMember.objects.select_related("ens").filter(filing=filing).first()
        return link_to(member.ens) if member else "-"


@admin.register(FilingVersion)
class FilingVersionAdmin(FilingScopedAdmin):
    """Versions of filings with their documents."""

    list_display = ("id", "filing_link", "number", "created_at")
    list_filter = ("filing__type", "filing__status")
    search_fields = ("^filing__mrn", "^filing__lrn")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fields = readonly_fields = ("filing_link", "number", "created_at", "as_declared")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the documents out until one is looked at."""
        return super().get_queryset(request).defer("document_json")

    @admin.display(description=_("document"))
    def as_declared(self, version: FilingVersion) -> SafeString:
        """Show the document as indented text."""
        document = version.document()
        viewer = version.looked_at_by  # type: ignore[attr-defined]  # set by RoleAdmin
        veil = veil_of(version.filing.mrn or "", [document], viewer, clock.now())
        text = msgspec.json.format(encode(veil.document(document)), indent=2).decode()
        return format_html("<pre>{}</pre>", text)


@admin.register(ConsignmentLife)
class ConsignmentAdmin(FilingScopedAdmin):
    """Consignments and where their goods are."""

    list_display = ("key", "filing_link", "goods")
    list_filter = ("goods",)
    search_fields = ("^key", "^filing__mrn")
    date_hierarchy = "filing__lodged_at"
    ordering = ("-id",)


@admin.register(Measure)
class MeasureAdmin(EnsScopedAdmin):
    """Measures; they are placed by deciding a case."""

    looked_at_as = "measure"
    list_display = (
        "__str__",
        "ens_link",
        "kind",
        "status",
        "subject",
        "reference",
        "placed_by",
        "placed_at",
        "announced_at",
    )
    list_filter = ("kind", "status", "reason_code", ("announced_at", admin.EmptyFieldListFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("ens", "placed_by")
    search_fields = ("^ens__mrn", "^reference")
    date_hierarchy = "placed_at"
    ordering = ("-id",)
    readonly_fields = ("ens_link",)
    exclude = ("ens",)
    actions = ("lift",)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Whether the role lifts measures; which ones, the services say."""
        return role_of(request) in CASEWORK

    @admin.action(description=_("Lift"), permissions=["lift"])
    def lift(self, request: HttpRequest, rows: QuerySet[Measure]) -> HttpResponse | None:
        """Lead to the form on the page of the measure: reason, what is sent, who can sign."""
        ids = list(rows.values_list("pk", flat=True)[:2])
        if len(ids) == 1:
            return HttpResponseRedirect(f"{reverse('measure', args=ids)}#lift-title")
        self.message_user(request, gettext("Choose one measure to lift."), messages.ERROR)
        return None


@admin.register(Outage)
class OutageAdmin(RoleAdmin):
    """The register of outages, kept by administrators."""

    readers = DECLARATIONS
    editors = ADMINISTRATION
    list_display = ("from_at", "to_at", "what", "declared_by")
    list_filter = (("to_at", admin.EmptyFieldListFilter),)
    list_select_related = ("declared_by",)
    search_fields = ("what",)
    date_hierarchy = "from_at"
    ordering = ("-from_at",)

    def save_model(self, request: HttpRequest, obj: Outage, form: Any, change: Any) -> None:
        """Keep who declared the outage."""
        if not change:
            obj.declared_by = user_of(request)
        super().save_model(request, obj, form, change)
