"""The tables of a new database, made at once as the migrations leave them.

Step by step a hundred migrations take half a minute and more: at each, Django draws anew every model that hangs together with the
one it changes, and through people and spaces nearly all do. What a migration moves has nothing to move in an empty database, so
of the steps only their SQL is run: triggers, views, the tables of the queue. That both ways lead to the same is a test."""

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunSQL


def make() -> int:
    """All tables of an empty database and the note that every migration was applied, in one transaction; how many those are."""
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _is_backwards in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)]
    state = executor.loader.project_state()
    with transaction.atomic():
        with connection.schema_editor(atomic=False) as editor:
            for model in state.apps.get_models():
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        with connection.schema_editor(atomic=False) as editor:
            for migration in plan:
                for step in migration.operations:
                    if isinstance(step, RunSQL):
                        step.database_forwards(migration.app_label, editor, state, state)
        executor.recorder.ensure_schema()
        for migration in plan:
            executor.recorder.record_applied(migration.app_label, migration.name)
    return len(plan)
