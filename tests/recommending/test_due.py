"""The row of a subscriber who is due: what it reads of the database, faster than Django would."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from digest.recommending.due import Due
from subscriptions.models import Status, Subscriber
from tests.support.factories import NOON, make_subscriber


class TestTimes(TestCase):
    """Times are read as text, whatever they are and however the database writes them."""

    @given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2), st.datetimes())
    def test_the_times_are_those_that_were_stored(self, others, next_digest_at):
        next_digest_at = next_digest_at.replace(tzinfo=UTC)
        seen_until, more_seen_until = others
        reader = make_subscriber(next_digest_at=next_digest_at, seen_until=seen_until, more_seen_until=more_seen_until)

        due = Due.of(Subscriber.objects.filter(pk=reader.pk).values_list(*Due.columns()).get())

        assert (due.next_digest_at, due.seen_until, due.more_seen_until) == (next_digest_at, *others)
        assert due.next_digest_at.tzinfo is UTC


@pytest.mark.django_db
def test_each_value_is_in_its_own_field():
    reader = make_subscriber(max_papers=7, reading_minutes=20, least_match=40, max_more=9, local_time="06:30")
    stored = Subscriber.objects.get(pk=reader.pk)

    due = Due.of(Subscriber.objects.filter(pk=reader.pk).values_list(*Due.columns()).get())

    own = {name: value for name, value in due._asdict().items() if name != "schedule_fields"}
    assert own == {name: getattr(stored, name) for name in own}
    assert due.schedule_fields._asdict() == {name: getattr(stored, name) for name in due.schedule_fields._fields}


@pytest.mark.django_db
def test_someone_whose_mail_has_ended_has_no_next_digest():
    reader = make_subscriber(status=Status.UNSUBSCRIBED, next_digest_at=None)

    due = Due.of(Subscriber.objects.filter(pk=reader.pk).values_list(*Due.columns()).get())

    assert due.next_digest_at is None


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_a_session_in_another_time_zone_reads_the_same_moment():
    reader = make_subscriber(next_digest_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")

    due = Due.of(Subscriber.objects.filter(pk=reader.pk).values_list(*Due.columns()).get())

    assert due.next_digest_at == NOON == datetime(NOON.year, NOON.month, NOON.day, NOON.hour, tzinfo=UTC)
