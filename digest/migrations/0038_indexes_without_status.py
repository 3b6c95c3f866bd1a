"""Indexes that name the status no more, room beside each row, and a rule that the column of 0037 follows the status.

One transaction each: a lock on the ledger is held as long as one index takes.
"""

from importlib import import_module

from django.db import migrations, models


def leave_room(apps, schema_editor):
    """PostgreSQL: half of each page stays free, so that a row's next version stands beside it, and no index changes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE digest_delivery SET (fillfactor = 50)")


# What an older version's worker did between the two.
fill_in = import_module("digest.migrations.0037_indexed_status").fill_in


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("digest", "0037_indexed_status"),
    ]

    operations = [
        migrations.RunPython(leave_room, migrations.RunPython.noop),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_queued",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_in_hand",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_held",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_came_back",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_went_wrong",
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("indexed_status", "unfinished")), fields=["not_before", "id"], name="delivery_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("indexed_status", "held")), fields=["edition", "id"], name="delivery_on_hold"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("indexed_status__in", ["bounced", "complained"])),
                fields=["edition", "indexed_status"],
                name="delivery_returned",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    ("indexed_status__in", ["failed", "uncertain", "cancelled", "bounced", "complained"])
                ),
                fields=["indexed_status", "id"],
                name="delivery_not_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("indexed_status", "unfinished"),
                        ("indexed_status__isnull", False),
                        ("status__in", ("queued", "claimed", "sending")),
                    ),
                    models.Q(
                        ("indexed_status", models.F("status")),
                        ("indexed_status__isnull", False),
                        ("status__in", ("held", "failed", "uncertain", "cancelled", "bounced", "complained")),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "status__in",
                                [
                                    "queued",
                                    "claimed",
                                    "sending",
                                    "held",
                                    "failed",
                                    "uncertain",
                                    "cancelled",
                                    "bounced",
                                    "complained",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("indexed_status", None),
                    ),
                    _connector="OR",
                ),
                name="indexed_status_follows",
            ),
        ),
    ]
