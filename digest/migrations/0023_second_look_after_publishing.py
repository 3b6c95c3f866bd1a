from django.db import migrations, models


def forget_changes_of_published(apps, schema_editor):
    """Nothing that is out waited for a look until now; what was changed then has been in mails for long."""
    apps.get_model("digest", "Edition").objects.filter(status="published").update(unseen_since=None)


class Migration(migrations.Migration):
    dependencies = [("digest", "0022_panel_sign_in")]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="unseen_by",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="edition",
            name="unseen_told_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(forget_changes_of_published, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(
                condition=models.Q(("unseen_since__isnull", False)), fields=["unseen_since"], name="edition_unseen"
            ),
        ),
    ]
