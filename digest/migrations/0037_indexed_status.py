"""The status as the indexes have it: a column that is there at once, filled in for the few rows that have one."""

from django.db import migrations

import digest.models.indexed_status
from digest.models.indexed_status import UNFINISHED, UNFINISHED_STATUSES, RARE_STATUSES


def fill_in(apps, schema_editor):
    # Each by an index that names the status: most rows are neither.
    deliveries = apps.get_model("digest", "Delivery").objects.order_by()
    for status in UNFINISHED_STATUSES:
        deliveries.filter(status=status).update(indexed_status=UNFINISHED)
    for status in RARE_STATUSES:
        deliveries.filter(status=status).update(indexed_status=status)


class Migration(migrations.Migration):
    dependencies = [("digest", "0036_member_passkeys")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="indexed_status",
            field=digest.models.indexed_status.IndexedStatusField(editable=False, max_length=16, null=True),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
