"""Queues are read in the order of their index."""

import pytest
from django.db import connection, transaction

from digest.models import Delivery
from digest.models.delivery import PlannedDelivery
from digest.models.index_order import index_order
from digest.recommending import due
from digest.recommending.planning import NO_PAPERS
from subscriptions.models import Status, Subscriber
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    edition = make_edition(make_paper())
    readers = Subscriber.objects.bulk_create(
        Subscriber(email=f"{number}@example.org", email_key=number, status=Status.ACTIVE, next_digest_at=NOON)
        for number in range(200)
    )
    rest = edition.day, edition.pk, NO_PAPERS, Delivery.Status.QUEUED.value, "", NOON
    Delivery.objects.enter([PlannedDelivery(reader.pk, *rest) for reader in readers])


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize("queryset", [Subscriber.objects.due(NOON), Delivery.objects.queued(NOON)])
def test_nothing_is_sorted_and_other_queries_are_free_again(queue, queryset):
    rows = queryset.select_for_update(skip_locked=True)[:2]

    with transaction.atomic(), connection.cursor() as cursor:
        # As misleading as old statistics.
        cursor.execute("SET LOCAL random_page_cost = 1000")
        before = rows.explain()
        with index_order():
            plan = rows.explain()
        cursor.execute("SHOW enable_sort")
        (sorting,) = cursor.fetchone()

    assert "Sort" in before
    assert "Sort" not in plan
    assert sorting == "on"


def test_whoever_waits_longest_is_planned_first(queue):
    first = make_subscriber(next_digest_at=NOON.replace(hour=1))

    with transaction.atomic():
        assert due.lock_due(NOON)[0].pk == first.pk
