"""Rows for the authors of the papers that are there; keys of followed authors by the rule that holds now."""

from itertools import groupby
from typing import Any

from django.db import IntegrityError, migrations, transaction

from subscriptions.author_matching import author_key

BATCH = 1000


def write_authorships(apps: Any, schema_editor: Any) -> None:
    """Write them a batch at a time, each by itself: nothing is locked for long, and a second try goes on."""
    Paper, Authorship = apps.get_model("digest", "Paper"), apps.get_model("digest", "Authorship")
    last = 0
    while papers := list(Paper.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "authors")[:BATCH]):
        rows = []
        for pk, authors in papers:
            names = {author_key(str(name)): str(name)[:255] for name in reversed(authors or [])}
            rows += [Authorship(paper_id=pk, key=key, name=name) for key, name in reversed(names.items()) if key]
        Authorship.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        last = papers[-1][0]


def renew_keys(apps: Any, schema_editor: Any) -> None:
    """Give each followed author the key of today; of two that are one person by it, the first stays."""
    AuthorFollow = apps.get_model("subscriptions", "AuthorFollow")
    rows = AuthorFollow.objects.order_by("subscriber_id", "pk").values_list("subscriber_id", "pk", "name", "key")
    for _, own in groupby(list(rows), key=lambda row: row[0]):
        for _, pk, name, key in own:
            if author_key(name) == key:
                continue
            try:
                with transaction.atomic():
                    AuthorFollow.objects.filter(pk=pk).update(key=author_key(name))
            except IntegrityError:
                AuthorFollow.objects.filter(pk=pk).delete()


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("digest", "0020_authorship"),
        ("subscriptions", "0006_topic_followers"),
    ]

    operations = [
        migrations.RunPython(write_authorships, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(renew_keys, migrations.RunPython.noop, elidable=True),
    ]
