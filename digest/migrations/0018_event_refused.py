from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexOnline(AddIndex):
    """Build an index while reports go on coming in, where the database can."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add it, concurrently on PostgreSQL."""
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, concurrently=True)
        return None


class Migration(migrations.Migration):
    # Outside a transaction: PostgreSQL builds no index concurrently within one.
    atomic = False

    dependencies = [
        ("digest", "0017_reports_tell_why"),
    ]

    operations = [
        AddIndexOnline(
            model_name="event",
            index=models.Index(condition=models.Q(("kind", "refused")), fields=["recorded_at"], name="event_refused"),
        ),
    ]
