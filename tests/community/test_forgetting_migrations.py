"""Migrations that fix rows written by earlier versions."""

from importlib import import_module

import pytest
from django.apps import apps

from digest.models import Delivery, Event
from subscriptions.models import Status
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_former_readers_left_pending_by_a_stranger_are_unsubscribed_again():
    former = make_subscriber(status=Status.PENDING, unsubscribed_at=NOON)
    new = make_subscriber(status=Status.PENDING, confirmed_at=None)
    active = make_subscriber()

    import_module("subscriptions.migrations.0007_consent_choices").restore_former_readers(apps, None)

    for reader, status in ((former, "unsubscribed"), (new, "pending"), (active, "active")):
        reader.refresh_from_db()
        assert reader.status == status


def test_deliveries_of_readers_deleted_earlier_keep_nothing_about_them(monkeypatch):
    migration = import_module("digest.migrations.0019_forget_erased_readers")
    monkeypatch.setattr(migration, "BATCH", 2)
    edition = make_edition(make_paper())
    content = {
        "papers": [[1, "keyword", "my rare disease"]],
        "of": 4,
        "more": {"papers": [[2, "author", "A"]], "of": 1},
    }
    fields = {"content": content, "provider_id": "p-1", "status": "sent"}
    for number in range(5):
        orphaned = make_delivery(make_subscriber(), edition, **fields)
        Event.objects.create(
            provider="brevo", event_id=f"e-{number}", type="sent", kind="noted", delivery=orphaned, at=NOON
        )
    Delivery.objects.update(subscriber=None)
    other = make_delivery(make_subscriber(), edition, **fields)

    migration.forget(apps, None)

    for orphaned in Delivery.objects.filter(subscriber=None):
        assert orphaned.content["papers"] == [[1, "edition", ""]]
        assert orphaned.content["more"]["papers"] == [[2, "edition", ""]]
        assert orphaned.provider_id == ""
    assert not Event.objects.exists()
    other.refresh_from_db()
    assert (other.content, other.provider_id) == (content, "p-1")
