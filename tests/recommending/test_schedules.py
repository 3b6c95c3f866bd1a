"""How planning handles pauses, monthly digests, and readers who want no email."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.models import Delivery, Paper
from digest.recommending import planning
from subscriptions.models import Channel, Frequency
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db


def titles_of(delivery):
    return list(
        Paper.objects.filter(pk__in=[paper for paper, *_ in delivery.content["papers"]]).values_list("title", flat=True)
    )


def test_the_papers_missed_during_a_pause_come_as_one_digest_on_the_day_it_ends():
    reader = make_subscriber(paused_until=DAY, seen_until=NOON - timedelta(days=10))
    for age in (9, 5, 1, 0):
        make_edition(make_paper(f"{age} days old"), day=DAY - timedelta(days=age))

    planning.plan(NOON)

    assert sorted(titles_of(reader.deliveries.get())) == ["0 days old", "1 days old", "5 days old", "9 days old"]
    reader.refresh_from_db()
    assert reader.paused_until is None


def test_a_monthly_reader_gets_the_next_one_a_month_later():
    make_edition(make_paper())
    reader = make_subscriber(frequency=Frequency.MONTHLY, month_day=31, next_digest_at=NOON)

    planning.plan(NOON)

    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 31, 7, tzinfo=UTC)


def test_a_feed_only_digest_is_kept_and_not_queued():
    make_edition(make_paper("For the feed"))
    reader = make_subscriber(channel=Channel.FEED)
    make_subscriber()

    assert planning.plan(NOON) == planning.PlanSummary(queued=1, kept_for_feeds=1)

    delivery = reader.deliveries.get()
    assert delivery.status == Delivery.Status.KEPT
    assert titles_of(delivery) == ["For the feed"]
    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 22, 7, tzinfo=UTC)


def test_a_period_with_nothing_for_the_feed_is_skipped():
    make_edition(make_paper(about=make_topic("Graph learning")))
    reader = make_subscriber(follows=[make_topic("Optimization")], channel=Channel.FEED)

    assert planning.plan(NOON) == planning.PlanSummary(skipped=1)
    assert reader.deliveries.get().status == Delivery.Status.SKIPPED
