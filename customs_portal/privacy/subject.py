"""Everything stored about somebody: an operator by EORI, a person by name, or a user.

The places are not listed but found in the models, so that a new table is told of by itself: keys
to users and operators, columns that hold an EORI, and columns that hold the key of a name.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum

import msgspec
from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Operator, User
from customs_portal.events.models import Change, Event
from customs_portal.events.services import record
from customs_portal.privacy.events import SUBJECT_REPORTED
from customs_portal.privacy.values import Row, row_of
from declarations.document import Party
from declarations.models import Arrival, DeclaredParty, Ens, FilingVersion, SearchKey
from declarations.names import name_key
from declarations.persons import parties_of
from risk.models import ConfirmedFind, ReferenceListEntry, ScreenedName

MOST = 1_000
"""Rows of one place that are told; their number is told whole."""
EORI_COLUMNS = frozenset({
    "eori", "declarant", "representative", "carrier", "sender", "recipient", "notified_by",
    "identifier", "operator", "filer",
})  # fmt: skip
KEY_COLUMNS = frozenset({"name_key", "consignor_key", "consignee_key"})
ACTOR_COLUMN = "actor_id"


class Kind(StrEnum):
    """By what somebody is named."""

    EORI = "eori"
    NAME = "name"
    USER = "user"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a report is about."""

    kind: Kind
    value: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one place stores: its name, how it names the subject, its rows and their number.

    `withheld` is what may be kept from the person by law: what was analysed of risk.
    """

    title: str
    named_as: str
    total: int
    rows: tuple[Row, ...]
    withheld: bool


def report(subject: Subject, *, by: User, reason: str, at: datetime) -> list[Part]:
    """Return what is stored about the subject, and record that it was told, in one transaction."""
    parts = [part for part in _FINDERS[subject.kind](subject.value) if part.total]
    told = {
        "kind": subject.kind.value,
        "value": subject.value,
        "rows": sum(part.total for part in parts),
        "reason": reason,
    }
    record(SUBJECT_REPORTED, at=at, data=told, actor=by.pk)
    return parts


def _of_user(username: str) -> Iterator[Part]:
    users = User.objects.filter(username=username)
    yield _part(users, _("user name"))
    yield from _by_keys(User, users)
    ids = list(users.values_list("pk", flat=True))
    for model in _models():
        if any(field.name == ACTOR_COLUMN for field in model._meta.concrete_fields):
            rows = model._default_manager.filter(**{f"{ACTOR_COLUMN}__in": ids})
            yield _part(rows, _label(model, ACTOR_COLUMN))
    about = Change.objects.filter(changed_table=User._meta.db_table, row_id__in=map(str, ids))
    yield _part(about, _("changed row"))


def _of_eori(typed: str) -> Iterator[Part]:
    eori = typed.upper()
    operators = Operator.objects.filter(eori=eori)
    yield from _by_keys(Operator, operators)
    for model, column in _columns(EORI_COLUMNS, "_identifier"):
        yield _part(model._default_manager.filter(**{column: eori}), _label(model, column))
    notified = Arrival.objects.filter(notify_parties__contains=[eori])
    yield _part(notified, _label(Arrival, "notify_parties"))
    yield _part(_changes_of(eori), "EORI")
    named = SearchKey.objects.filter(kind="eori", value=eori).values("ens")
    streams = Ens.objects.filter(Q(pk__in=named) | Q(absorbed_by__in=named)).values("pk")
    yield _part(Ens.objects.filter(pk__in=streams), _("declaration that names it"))
    yield _part(Event.objects.filter(stream__in=streams), _("declaration that names it"))
    yield _part(ReferenceListEntry.objects.filter(value__iexact=eori), _("value"))
    versions = DeclaredParty.objects.filter(identifier=eori)
    yield _declared(
        versions.values_list("filing_version", flat=True),
        lambda party: (party.identifier or "").upper() == eori,
    )


def _of_name(name: str) -> Iterator[Part]:
    key = name_key(name)
    if not key:
        return
    for model, column in _columns(KEY_COLUMNS, ""):
        match = Q(**{column: key}) | Q(**{f"{column}__startswith": f"{key}|"})
        yield _part(model._default_manager.filter(match), _label(model, column))
    screened = ScreenedName.objects.filter(kind=ScreenedName.Kind.NAME, key=key)
    yield _part(screened, _label(ScreenedName, "key"))
    finds = ConfirmedFind.objects.filter(kind=ConfirmedFind.Kind.PARTY)
    known = finds.filter(Q(value=key) | Q(value__startswith=f"{key}|"))
    yield _part(known, _label(ConfirmedFind, "value"))
    yield _part(Operator.objects.filter(name__iexact=name.strip()), _("name"))
    yield _part(ReferenceListEntry.objects.filter(value__iexact=name.strip()), _("value"))
    first, _space, last = name.strip().partition(" ")
    yield _part(User.objects.filter(first_name__iexact=first, last_name__iexact=last), _("name"))
    versions = DeclaredParty.objects.filter(name_key=key).values_list("filing_version", flat=True)
    yield _declared(versions, lambda party: name_key(party.name) == key)


_FINDERS: dict[Kind, Callable[[str], Iterator[Part]]] = {
    Kind.USER: _of_user,
    Kind.EORI: _of_eori,
    Kind.NAME: _of_name,
}


def _by_keys(target: type[models.Model], rows: QuerySet[models.Model]) -> Iterator[Part]:
    """Yield the rows of every table with a key to these rows, key by key."""
    ids = list(rows.values_list("pk", flat=True))
    for model in _models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is target:
                found = model._default_manager.filter(**{f"{field.name}__in": ids})
                yield _part(found, str(field.verbose_name))


def _columns(names: frozenset[str], ending: str) -> Iterator[tuple[type[models.Model], str]]:
    for model in _models():
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField)
            fits = field.name in names or bool(ending and field.name.endswith(ending))
            if is_text and fits:
                yield model, field.name


def _models() -> list[type[models.Model]]:
    """Return every table, those between two others too."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _label(model: type[models.Model], column: str) -> str:
    return str(getattr(model._meta.get_field(column), "verbose_name", column))


def _changes_of(eori: str) -> QuerySet[Change]:
    return Change.objects.filter(Q(before__eori=eori) | Q(after__eori=eori))


def _part(rows: QuerySet[models.Model], named_as: str) -> Part:
    found = rows.order_by("-pk")
    return Part(
        title=str(rows.model._meta.verbose_name_plural),
        named_as=named_as,
        total=rows.count(),
        rows=tuple(row_of(row) for row in found[:MOST]),
        withheld=rows.model._meta.app_label == "risk",
    )


def _declared(versions: Iterable[int], is_them: Callable[[Party], bool]) -> Part:
    """Return name and address as declared: they stand in the documents alone."""
    found: dict[Row, None] = {}
    kept = FilingVersion.objects.select_related("filing").filter(pk__in=set(versions))
    for version in kept.order_by("-pk")[:MOST]:
        for party in parties_of(version.document()):
            if is_them(party):
                values = {k: str(v) for k, v in msgspec.structs.asdict(party).items() if v}
                found[Row(what=str(version), at="", values=tuple(values.items()))] = None
    return Part(
        title=_("Parties as declared"),
        named_as=_("in the document"),
        total=len(found),
        rows=tuple(found),
        withheld=False,
    )
