"""`pk__any_of`: the same rows as `in`, whatever holds the keys."""

import pytest

from digest.models import Delivery
from subscriptions.models import KeyArray, Subscriber
from tests.support.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", [list, tuple, set, dict.fromkeys, iter, KeyArray])
def test_the_rows_with_these_keys_are_found(kind):
    readers = [make_subscriber() for _ in range(3)]
    keys = [readers[0].pk, readers[2].pk, 2**62]

    assert set(Subscriber.objects.filter(pk__any_of=kind(keys))) == {readers[0], readers[2]}
    assert not Subscriber.objects.filter(pk__any_of=kind([])).exists()


def test_one_array_serves_several_queries_and_relations():
    edition = make_edition()
    deliveries = [make_delivery(make_subscriber(), edition) for _ in range(2)]
    keys = KeyArray([deliveries[1].subscriber_id])

    assert Subscriber.objects.get(pk__any_of=keys) == deliveries[1].subscriber
    assert Delivery.objects.get(subscriber__any_of=keys) == deliveries[1]
    assert Subscriber.objects.exclude(pk__any_of=keys).get() == deliveries[0].subscriber
