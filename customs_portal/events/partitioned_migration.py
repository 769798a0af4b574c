"""The migration operation that creates a table partitioned by month."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState

from customs_portal.events.partitions import make_first_partitions


class CreatePartitionedModel(CreateModel):
    """Like CreateModel for a model with the fields `id` and `month`.

    The table's real key is (id, month), which PostgreSQL asks for; Django knows it as `id`.
    The ids come from the sequence `<table>_id_seq`, made here.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create table, sequence, indexes and first partitions."""
        model = to_state.apps.get_model(app_label, self.name)
        statement, _params = schema_editor.table_sql(model)
        if statement.count(" PRIMARY KEY") != 1:
            raise ValueError(f"{self.name} must have exactly one primary key field.")
        columns = statement.replace(" PRIMARY KEY", "").rstrip().removesuffix(")")
        table = model._meta.db_table
        schema_editor.execute(f'CREATE SEQUENCE "{table}_id_seq"')
        schema_editor.execute(
            f'{columns}, PRIMARY KEY ("id", "month")) PARTITION BY RANGE ("month")'
        )
        for index in schema_editor._model_indexes_sql(model):  # type: ignore[attr-defined]  # noqa: SLF001
            schema_editor.execute(index)
        make_first_partitions(schema_editor, table)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the table with its partitions, and the sequence."""
        model = from_state.apps.get_model(app_label, self.name)
        table = model._meta.db_table
        schema_editor.execute(f'DROP TABLE "{table}"')
        schema_editor.execute(f'DROP SEQUENCE "{table}_id_seq"')
