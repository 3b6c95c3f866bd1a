"""The indexed status follows the status, however a row is written."""

import pytest
from django.db import IntegrityError, connection

from digest.models import Delivery
from digest.models.indexed_status import UNFINISHED, indexed_status
from tests.support.factories import make_delivery, make_edition, make_subscriber

Status = Delivery.Status
pytestmark = pytest.mark.django_db


def deliveries(number):
    edition = make_edition()
    return [make_delivery(make_subscriber(), edition) for _ in range(number)]


@pytest.mark.parametrize("status", Status.values)
def test_it_follows_the_status_however_that_is_written(status):
    by_saving, by_updating, by_fields = deliveries(3)
    by_saving.status = by_fields.status = status

    by_saving.save()
    by_fields.save(update_fields=["status"])
    Delivery.objects.filter(pk=by_updating.pk).update(status=status)

    keys = [by_saving.pk, by_updating.pk, by_fields.pk]
    rows = Delivery.objects.filter(pk__in=keys).values_list("status", "indexed_status")
    assert set(rows) == {(status, indexed_status(status))}
    assert set(Delivery.objects.with_status(status).values_list("pk", flat=True)) == set(keys)


@pytest.mark.parametrize(
    ("status", "indexed"), [("queued", None), ("sent", UNFINISHED), ("failed", "held"), ("held", None)]
)
def test_the_database_refuses_a_row_where_it_does_not(status, indexed):
    (delivery,) = deliveries(1)

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE digest_delivery SET status = %s, indexed_status = %s WHERE id = %s", [status, indexed, delivery.pk]
        )


def test_no_index_names_a_column_that_changes_while_an_email_is_sent():
    changing = {"status", "claimed_by", "lease_until", "attempts", "sent_at", "error"}
    for index in Delivery._meta.indexes:
        names = {name.lstrip("-") for name in index.fields} | {
            child[0].partition("__")[0] for child in (index.condition.children if index.condition else [])
        }
        assert not names & changing, index.name
