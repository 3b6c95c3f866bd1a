"""Which readers are due, and what they get."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.models import Delivery, EditionPaper, Paper
from digest.models.delivery import PlannedDelivery
from digest.recommending import planning
from subscriptions.models import Frequency, Status
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db


def titles_of(delivery):
    titles = Paper.objects.in_bulk([paper for paper, *_ in delivery.content["papers"]])
    return [titles[paper].title for paper, *_ in delivery.content["papers"]]


def test_the_digest_holds_the_matching_papers_best_first_with_a_reason():
    graphs, optimization = make_topic("Graph learning"), make_topic("Optimization")
    weak = make_paper("Weak", about=graphs, score=0.4)
    other = make_paper("Other", about=optimization)
    strong = make_paper("Strong", about=graphs, score=0.9)
    make_edition(weak, other, strong)
    reader = make_subscriber(follows=[graphs])

    assert planning.plan(NOON) == planning.PlanSummary(queued=1)

    delivery = reader.deliveries.get()
    assert titles_of(delivery) == ["Strong", "Weak"]
    assert delivery.content["papers"][0] == [strong.pk, "topic", "Graph learning"]
    assert delivery.content["of"] == 3
    assert delivery.period == DAY


def test_a_reader_without_topics_gets_the_edition_in_the_curators_order():
    make_edition(make_paper("First"), make_paper("Second"))
    reader = make_subscriber()

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    assert titles_of(delivery) == ["First", "Second"]
    assert delivery.content["papers"][0][1:] == ["edition", ""]


def test_a_withdrawn_paper_is_no_longer_sent():
    make_edition(make_paper("Here"), make_paper("Gone", withdrawn_at=NOON))
    reader = make_subscriber()

    planning.plan(NOON)

    assert titles_of(reader.deliveries.get()) == ["Here"]


def test_a_digest_has_at_most_as_many_papers_as_the_reader_wants():
    make_edition(*[make_paper() for _ in range(12)])
    ten, three = make_subscriber(), make_subscriber(max_papers=3)

    planning.plan(NOON)

    assert len(ten.deliveries.get().content["papers"]) == 10
    assert len(three.deliveries.get().content["papers"]) == 3


def test_a_pinned_paper_comes_first_for_everyone_and_a_hidden_one_goes_to_no_one():
    graphs = make_topic()
    matching, pinned, hidden = make_paper("Matching", about=graphs), make_paper("Pinned"), make_paper("H", about=graphs)
    edition = make_edition(matching, pinned, hidden)
    edition.entries.filter(paper=pinned).update(placement=EditionPaper.Placement.PINNED)
    edition.entries.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)
    reader = make_subscriber(follows=[graphs])

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    assert titles_of(delivery) == ["Pinned", "Matching"]
    assert delivery.content["papers"][0][1:] == ["pinned", ""]


def test_planning_twice_changes_nothing():
    make_edition(make_paper())
    reader = make_subscriber()
    planning.plan(NOON)
    row = Delivery.objects.values().get()

    assert planning.plan(NOON) == planning.PlanSummary()

    assert Delivery.objects.values().get() == row
    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 22, 7, tzinfo=UTC)


def test_no_paper_is_sent_twice_over_several_days():
    reader = make_subscriber()
    for day in range(21, 26):
        make_edition(make_paper(f"Paper of day {day}"), day=date(2025, 8, day))
        planning.plan(datetime(2025, 8, day, 12, tzinfo=UTC))

    sent_titles = [title for delivery in reader.deliveries.order_by("period") for title in titles_of(delivery)]
    assert sent_titles == [f"Paper of day {day}" for day in range(21, 26)]


def test_someone_new_gets_the_latest_edition_only():
    make_edition(make_paper("Old"), day=DAY - timedelta(days=1))
    make_edition(make_paper("New"))
    reader = make_subscriber()

    planning.plan(NOON)

    assert titles_of(reader.deliveries.get()) == ["New"]


def test_a_weekly_reader_gets_every_edition_since_the_last_digest():
    reader = make_subscriber(frequency=Frequency.WEEKLY, weekday=3, seen_until=NOON - timedelta(days=7))
    for age in (2, 1, 0):
        make_edition(make_paper(f"{age} days old"), day=DAY - timedelta(days=age))

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    assert sorted(titles_of(delivery)) == ["0 days old", "1 days old", "2 days old"]
    assert delivery.edition.day == DAY
    reader.refresh_from_db()
    assert reader.next_digest_at == datetime(2025, 8, 28, 7, tzinfo=UTC)


def test_planning_waits_for_a_late_edition(settings):
    make_edition(make_paper("Yesterday's"), day=DAY - timedelta(days=1))
    reader = make_subscriber(seen_until=NOON - timedelta(hours=20))

    assert planning.plan(NOON) == planning.PlanSummary()
    make_edition(make_paper("Today's"), published=False).publish(NOON + timedelta(hours=1))
    planning.plan(NOON + timedelta(hours=1))

    assert titles_of(reader.deliveries.get()) == ["Today's"]


def test_after_the_grace_period_the_period_is_skipped_and_says_why(settings):
    reader = make_subscriber(seen_until=NOON)

    assert planning.plan(NOON + settings.EDITION_GRACE) == planning.PlanSummary(skipped=1)

    delivery = reader.deliveries.get()
    assert (delivery.status, delivery.error) == (Delivery.Status.SKIPPED, planning.NO_EDITION)


def test_papers_of_an_edition_that_came_too_late_wait_for_the_next_digest(settings):
    reader = make_subscriber(seen_until=NOON - timedelta(days=1), time_zone="UTC")
    planning.plan(NOON + settings.EDITION_GRACE)
    make_edition(make_paper("Late"), published=False).publish(NOON + timedelta(hours=9))

    planning.plan(datetime(2025, 8, 22, 7, tzinfo=UTC))

    assert titles_of(reader.deliveries.get(status=Delivery.Status.QUEUED)) == ["Late"]


def test_no_matching_paper_means_no_email_and_says_why():
    make_edition(make_paper("About graphs", about=make_topic("Graph learning")))
    reader = make_subscriber(follows=[make_topic("Optimization")])

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    assert (delivery.status, delivery.error) == (Delivery.Status.SKIPPED, planning.NO_MATCH)


def test_a_skipped_period_reopens_when_the_reader_moves_the_hour_and_an_edition_came(settings):
    reader = make_subscriber(seen_until=NOON - timedelta(hours=1))
    planning.plan(NOON + settings.EDITION_GRACE)
    make_edition(make_paper("Evening paper"), published=False).publish(NOON + timedelta(hours=5))
    reader.refresh_from_db()
    reader.local_time = time(18)
    reader.reschedule(NOON + timedelta(hours=5))
    reader.save()

    planning.plan(NOON + timedelta(hours=6))

    assert titles_of(reader.deliveries.get()) == ["Evening paper"]


def test_a_reader_who_moves_the_hour_after_the_digest_keeps_the_next_edition_for_tomorrow():
    make_edition(make_paper("Morning"))
    reader = make_subscriber()
    planning.plan(NOON)
    make_edition(make_paper("Second of the day"), day=DAY + timedelta(days=1), published=False).publish(
        NOON + timedelta(hours=2)
    )
    reader.refresh_from_db()
    reader.local_time = time(18)
    reader.reschedule(NOON)
    reader.save()

    planning.plan(NOON + timedelta(hours=6))
    assert reader.deliveries.count() == 1
    planning.plan(NOON + timedelta(hours=30))

    assert titles_of(reader.deliveries.get(period=DAY + timedelta(days=1))) == ["Second of the day"]


def test_days_missed_while_the_service_was_down_become_one_digest():
    for age in (3, 2, 1, 0):
        make_edition(make_paper(f"{age} days old"), day=DAY - timedelta(days=age))
    reader = make_subscriber(next_digest_at=NOON - timedelta(days=3), seen_until=NOON - timedelta(days=4))

    planning.plan(NOON)

    assert len(titles_of(reader.deliveries.get())) == 4


@pytest.mark.parametrize("status", [Status.PENDING, Status.UNSUBSCRIBED, Status.SUPPRESSED])
def test_only_active_subscribers_get_a_digest(status):
    make_edition(make_paper())
    make_subscriber(status=status)

    assert planning.plan(NOON) == planning.PlanSummary()


def test_a_batch_takes_the_same_number_of_queries_for_twice_the_subscribers():
    graphs = make_topic()
    make_edition(make_paper(about=graphs), make_paper(about=graphs))
    counts = []
    for number in (5, 10):
        for _ in range(number):
            make_subscriber(follows=[graphs])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            planning.plan_batch(NOON)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_reader_in_berlin_gets_one_digest_a_day_through_a_clock_change(change):
    reader = make_subscriber(
        time_zone="Europe/Berlin",
        local_time=time(7),
        next_digest_at=datetime.combine(change - timedelta(days=2), time(4), UTC),
        seen_until=datetime.combine(change - timedelta(days=3), time(23), UTC),
    )
    editions = [make_edition(make_paper(), day=change + timedelta(days=day), published=False) for day in range(-2, 3)]
    # Out at night; planned before and after seven in either time, at seven itself in both, and again in the evening.
    hours = [time(1, 30), time(4, 30), time(5), time(5, 30), time(6), time(6, 30), time(22)]
    for edition in editions:
        edition.publish(datetime.combine(edition.day, time(1), UTC))
        for hour in hours:
            planning.plan(datetime.combine(edition.day, hour, UTC))

    periods = list(reader.deliveries.exclude(status=Delivery.Status.SKIPPED).values_list("period", flat=True))
    assert sorted(periods) == [edition.day for edition in editions]


def test_a_period_that_has_its_row_keeps_it_when_two_planners_collide():
    edition = make_edition(make_paper())
    reader = make_subscriber()
    other = make_subscriber()
    row = make_delivery(reader, edition, status=Delivery.Status.SENT)
    planned = [
        PlannedDelivery(subscriber.pk, DAY, edition.pk, '"papers": [], "of": 0', Delivery.Status.QUEUED, "", NOON)
        for subscriber in (reader, other)
    ]

    Delivery.objects.enter(planned)

    assert Delivery.objects.filter(subscriber=reader).get() == row
    assert Delivery.objects.get(subscriber=reader).status == Delivery.Status.SENT
    assert Delivery.objects.get(subscriber=other).status == Delivery.Status.QUEUED


def test_a_topic_name_with_characters_special_to_the_database_is_kept_as_it_is():
    topic = make_topic('Back\\slash \t and "quotes"', slug="odd")
    make_edition(make_paper(about=topic))
    reader = make_subscriber(follows=[topic])

    planning.plan(NOON)

    assert reader.deliveries.get().content["papers"][0][2] == topic.name
