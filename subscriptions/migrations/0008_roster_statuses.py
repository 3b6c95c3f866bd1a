from django.db import migrations, models

CANNOT_BE_READ = "cannot be read"


def look_again(apps, schema_editor):
    """Who left elsewhere is known by now: lists that are not brought in yet are to be looked through anew."""
    rosters = apps.get_model("subscriptions", "Roster").objects
    rosters.filter(status__in=["checking", "checked"]).update(
        status="uploaded", position=0, mailed=0, counts={}, faults=[]
    )
    for pk, faults in rosters.exclude(faults=[]).values_list("pk", "faults"):
        rosters.filter(pk=pk).update(faults=[[*fault[:2], CANNOT_BE_READ] for fault in faults])


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0007_consent_choices'),
    ]

    operations = [
        migrations.AddField(
            model_name='roster',
            name='meanings',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='roster',
            name='purpose',
            field=models.CharField(choices=[('subscribers', 'subscribers to bring in'), ('suppressions', 'addresses never to mail')], default='subscribers', max_length=16),
        ),
        migrations.AddField(
            model_name='roster',
            name='reads_name',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='roster',
            name='status_columns',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='roster',
            name='unknown_words',
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(look_again, migrations.RunPython.noop, elidable=True),
    ]
