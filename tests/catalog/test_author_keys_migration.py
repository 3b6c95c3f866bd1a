"""The migration that writes rows for existing authors and renews the keys of followed ones."""

from importlib import import_module

import pytest
from django.apps import apps

from digest.models import Authorship
from subscriptions.models import AuthorFollow
from tests.support.factories import make_paper, make_subscriber

pytestmark = pytest.mark.django_db

migration = import_module("digest.migrations.0021_author_keys")


def test_every_author_gets_a_row_however_often_it_runs(monkeypatch):
    monkeypatch.setattr(migration, "BATCH", 2)
    for number in range(5):
        make_paper(authors=["Kurt Gödel", "Gödel, Kurt", f"Author {number}", "…"])
    Authorship.objects.all().delete()
    for _ in range(2):
        migration.write_authorships(apps, None)
    rows = Authorship.objects.order_by("pk").values_list("key", "name")
    assert len(rows) == 10
    assert rows.filter(key="kurt godel").distinct().get() == ("kurt godel", "Kurt Gödel")


def test_followed_authors_get_current_keys_and_two_spellings_become_one():
    reader = make_subscriber()
    for name, old in (("Kurt F. Gödel", "kurt f godel"), ("Kurt Gödel", "kurt godel"), ("Søren K", "søren k")):
        AuthorFollow.objects.bulk_create([AuthorFollow(subscriber=reader, name=name, key=old)])
    migration.renew_keys(apps, None)
    assert sorted(reader.authors.values_list("key", flat=True)) == ["kurt godel", "soren k"]
