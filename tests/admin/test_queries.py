"""Every list and page of the admin asks the same number of queries for 2 rows as for 10.

Made from the registry, so that a new model is looked at as well. Rows are copied in the database,
without its constraints: what they mean does not matter here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal import clock
from customs_portal.access import rows
from tests.admin.conftest import LogIn

FIRST_COPY = 7_000_000


def tables() -> list[type[models.Model]]:
    """Return every table of ours, those between two others too."""
    ours = apps.get_models(include_auto_created=True)
    return [model for model in ours if model._meta.managed and not model._meta.proxy]


def without_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint c"
            " JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype IN ('u', 'x')"
            " AND c.connamespace = current_schema()::regnamespace AND NOT t.relispartition"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indrelid"
            " WHERE i.indisunique AND NOT i.indisprimary"
            " AND c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX IF EXISTS {name} CASCADE")


def copy(numbers: range) -> None:
    """Copy the first row of every table once for each number."""
    with connection.cursor() as cursor:
        for model in tables():
            first = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
            if first is not None:
                for number in numbers:
                    cursor.execute(*copying(model, first, number))


def copying(model: type[models.Model], first: Any, number: int) -> tuple[str, list[Any]]:
    """Return the statement that copies a row; what points to one row only points to its copy."""
    values = {model._meta.pk.column: key_of(model._meta.pk, first, number)}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.OneToOneField) and not field.primary_key:
            target = field.target_field
            values[field.column] = key_of(target, None, number)
        elif field.unique and isinstance(field, models.CharField | models.UUIDField):
            values[field.column] = key_of(field, None, number)
    for field in numbering(model):
        values[field.column] = number + 100
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = [field.column for field in fields]
    picked = ", ".join(
        f'CASE WHEN "{field.column}" IS NOT NULL THEN %s::{field.cast_db_type(connection)} END'
        if field.column in values
        else f'"{field.column}"'
        for field in fields
    )
    names = ", ".join(f'"{column}"' for column in columns)
    table, key = model._meta.db_table, model._meta.pk.column
    statement = f'INSERT INTO "{table}" ({names}) SELECT {picked} FROM "{table}" WHERE "{key}" = %s'
    return statement, [*(values[column] for column in columns if column in values), first]


def numbering(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    """Yield what numbers the rows of one thing: two versions of it never have the same number."""
    for constraint in model._meta.total_unique_constraints:
        found = [model._meta.get_field(name) for name in constraint.fields]
        yield from (field for field in found if isinstance(field, models.IntegerField))


def key_of(field: Any, first: Any, number: int) -> Any:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.UUIDField):
        return f"00000000-0000-0000-0000-{number:012}"
    if isinstance(field, models.CharField | models.TextField):
        return f"ZZ{number:06}"[: field.max_length]
    return FIRST_COPY + number


def pages() -> Iterator[tuple[str, str]]:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        first = model._default_manager.order_by("pk").first()
        assert first is not None, model
        yield f"{name}_changelist", reverse(f"{name}_changelist")
        yield f"{name}_change", reverse(f"{name}_change", args=[first.pk])


def counted(clients: dict[str, Client]) -> dict[str, int]:
    table, found = rows(), {}
    for name, address in pages():
        roles = {str(role) for role in table[name].roles}
        client = clients["auditor" if "auditor" in roles else min(roles)]
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200, (name, response.status_code)
        found[name] = len(captured)
    return found


def test_the_number_of_queries_does_not_depend_on_the_rows(as_person: LogIn) -> None:
    clients = {name: as_person(name) for name in ("auditor", "administrator", "officer", "analyst")}
    without_constraints()
    with time_machine.travel(clock.now(), tick=False):  # nothing is looked up anew by age
        copy(range(1))
        counted(clients)
        before = counted(clients)
        copy(range(1, 9))
        after = counted(clients)
    grown = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert grown == {}


@pytest.mark.parametrize("what", ["filters", "search", "date hierarchy"])
def test_every_list_can_be_narrowed(what: str) -> None:
    """DESIGN.md section 7: filters, search, date hierarchy; lists without a time have none."""
    lacking = {
        model._meta.label
        for model, found in admin.site._registry.items()
        if not {
            "filters": found.list_filter,
            "search": found.search_fields,
            "date hierarchy": found.date_hierarchy or not has_time(model),
        }[what]
    }
    assert lacking == set(), what


def has_time(model: type[models.Model]) -> bool:
    return any(isinstance(f, models.DateTimeField) for f in model._meta.concrete_fields)
