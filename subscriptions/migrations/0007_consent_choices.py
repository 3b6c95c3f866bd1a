from django.db import migrations, models


def restore_former_readers(apps, schema_editor):
    """A sign-up nobody confirmed used to leave a former reader pending for ever: they count as having left."""
    former = apps.get_model("subscriptions", "Subscriber").objects.filter(status="pending")
    former.exclude(confirmed_at=None).exclude(unsubscribed_at=None).update(status="unsubscribed")


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0006_topic_followers")]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="choices",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(restore_former_readers, migrations.RunPython.noop),
    ]
