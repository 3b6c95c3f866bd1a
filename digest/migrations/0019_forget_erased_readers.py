from django.db import migrations

BATCH = 500


def papers_alone(content):
    parts = {"more": papers_alone(content["more"])} if "more" in content else {}
    papers = [[entry[0], "edition", ""] for entry in content.get("papers", [])]
    return {"papers": papers, "of": content.get("of", 0), **parts}


def forget(apps, schema_editor):
    """What was typed by readers who had their data deleted stayed in their deliveries: leave the papers alone."""
    deliveries = apps.get_model("digest", "Delivery").objects
    events = apps.get_model("digest", "Event").objects
    last = 0
    # By the index of the constraint, a batch a transaction.
    while rows := list(deliveries.filter(subscriber=None, pk__gt=last).order_by("pk")[:BATCH]):
        for row in rows:
            row.content, row.provider_id, row.error = papers_alone(row.content), "", ""
        deliveries.bulk_update(rows, ["content", "provider_id", "error"])
        events.filter(delivery__in=[row.pk for row in rows]).delete()
        last = rows[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("digest", "0018_event_refused")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
