"""What is counted on a schedule, and the first page that shows it."""

from datetime import date, timedelta

import pytest
import time_machine
from kombu import Connection

from config.celery import app
from digest.community import feedback, open_tracking
from digest.metrics import tallies
from digest.models import Delivery, Feedback, Member, SourceRun, Submission, Tally
from digest.panel import charts
from subscriptions.models import Status as Standing
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
Status = Delivery.Status


def counts(kind, day=DAY):
    return Tally.objects.get(kind=kind, day=day).counts


def test_subscribers_who_came_and_went_are_counted_by_day_and_reason():
    make_subscriber()
    make_subscriber(confirmed_at=NOON - timedelta(days=1))
    former = {"confirmed_at": NOON - timedelta(days=9), "next_digest_at": None}
    make_subscriber(status=Standing.UNSUBSCRIBED, unsubscribed_at=NOON, **former)
    make_subscriber(status=Standing.SUPPRESSED, unsubscribed_at=NOON, **former)
    make_subscriber(status=Standing.PENDING, confirmed_at=None, next_digest_at=None)

    tallies.update_tallies(NOON)

    assert counts("subscribers") == {"new": 1, "left": 1, "lost": 1, "active": 2, "pending": 1}
    assert counts("subscribers", DAY - timedelta(days=1))["new"] == 1


def test_sending_is_counted_by_state_with_its_speed():
    edition = make_edition(make_paper())
    for state in Status:
        make_delivery(make_subscriber(), edition, status=state)
    tallies.update_sending_tallies(NOON)
    for _ in range(30):
        make_delivery(make_subscriber(), edition, status=Status.SENT)

    tallies.update_sending_tallies(NOON + timedelta(minutes=1))

    sending_counts = counts("sending")
    assert (
        sending_counts["planned"],
        sending_counts["waiting"],
        sending_counts["in hand"],
        sending_counts["sent"],
    ) == (41, 2, 2, 34)
    assert (sending_counts["failed"], sending_counts["uncertain"], sending_counts["nothing for them"]) == (1, 1, 1)
    assert sending_counts["a second"] == 0.5


def test_opens_are_counted_by_day_and_only_for_readers_who_allow_it():
    reader, papers = make_subscriber(may_note_opens_since=NOON), [make_paper(), make_paper()]
    make_subscriber()
    for paper in papers:
        open_tracking.record_open(reader, paper.pk, NOON)
    feedback.give_feedback(make_subscriber(), papers[0].pk, Feedback.Kind.MORE, NOON)

    tallies.update_tallies(NOON)

    assert counts("opens") == {"opened": 2, "readers": 1, "allowing": 1}
    assert counts("opens", DAY - timedelta(days=1))["opened"] == 0


@time_machine.travel(NOON, tick=False)
def test_the_first_page_shows_opens_once_someone_allows_it(admin_client):
    tallies.update_tallies(NOON)
    assert "Opens, for readers" not in admin_client.get("/admin/").content.decode()
    open_tracking.record_open(make_subscriber(may_note_opens_since=NOON), make_paper().pk, NOON)

    tallies.update_tallies(NOON - timedelta(days=1))
    tallies.update_tallies(NOON)

    html = admin_client.get("/admin/").content.decode()
    assert "Opens, for readers who allow it" in html
    assert "<title>21 Aug: 1 opened</title>" in html


def test_totals_of_a_day_that_is_over_stay():
    make_subscriber(may_note_opens_since=NOON)
    tallies.update_tallies(NOON)
    for _ in range(2):
        make_subscriber(may_note_opens_since=NOON, confirmed_at=NOON + timedelta(hours=11, minutes=55))

    tallies.update_tallies(NOON + timedelta(days=1))

    assert (counts("subscribers")["active"], counts("subscribers")["new"], counts("opens")["allowing"]) == (1, 3, 1)
    assert counts("subscribers", DAY + timedelta(days=1))["active"] == 3


def test_counting_twice_keeps_one_row_per_day():
    make_edition(make_paper())
    for _ in range(2):
        tallies.update_tallies(NOON)

    assert sorted(Tally.objects.values_list("kind", flat=True)) == [*["opens"] * 2, "sending", *["subscribers"] * 2]


def test_earlier_days_are_filled_in_and_existing_counts_stay():
    make_subscriber(confirmed_at=NOON - timedelta(days=1))
    make_subscriber(confirmed_at=NOON - timedelta(days=3))
    Tally.objects.create(kind="subscribers", day=DAY, counts={"active": 99}, counted_at=NOON)

    tallies.count_history(NOON, 4)

    assert [tally.counts["active"] for tally in Tally.objects.order_by("day")] == [1, 1, 2, 99]


def test_opens_on_earlier_days_are_filled_in_too():
    paper = make_paper()
    for days in (1, 3):
        reader = make_subscriber(may_note_opens_since=NOON - timedelta(days=days, hours=1))
        Feedback.objects.create(subscriber=reader, paper=paper, kind="opened", at=NOON - timedelta(days=days))

    tallies.count_history(NOON, 4)

    days = Tally.objects.filter(kind="opens").order_by("day")
    assert [tally.counts for tally in days] == [
        {"opened": 1, "readers": 1, "allowing": 1},
        {"opened": 1, "readers": 1, "allowing": 2},
    ]


@time_machine.travel(NOON, tick=False)
def test_the_first_page_shows_figures_and_charts_and_counts_nothing(admin_client, django_assert_max_num_queries):
    edition = make_edition(make_paper())
    for state in (Status.SENT, Status.COMPLAINED):
        make_delivery(make_subscriber(), edition, status=state)
    for days in (1, 2):
        Tally.objects.create(kind="sending", day=DAY - timedelta(days=days), counts={"sent": 5}, counted_at=NOON)
    tallies.update_tallies(NOON - timedelta(days=1))
    tallies.update_tallies(NOON)

    with django_assert_max_num_queries(20) as captured:
        answer = admin_client.get("/admin/")

    html = answer.content.decode()
    assert "50.00% marked as spam" in html
    assert "sending stops above 0.30%" in html
    assert html.count("<svg") == 4
    assert "<title>21 Aug: 2 new</title>" in html
    assert [query["sql"] for query in captured if "COUNT(" in query["sql"].upper()] == []


def test_two_days_are_shown_as_figures_without_a_chart(admin_client):
    make_subscriber()
    tallies.update_tallies(NOON)

    html = admin_client.get("/admin/").content.decode()

    assert "<svg" not in html
    assert "21 Aug" in html


def test_the_top_of_an_axis_is_a_round_number():
    assert [charts.round_top(value) for value in (0, 1, 7, 12, 13, 99, 100, 4100)] == [1, 1, 8, 12, 15, 100, 100, 5000]


def test_the_first_page_works_for_an_empty_service(admin_client):
    assert "There’s no edition for today or later yet" in admin_client.get("/admin/").content.decode()


def test_a_panel_user_without_a_role_is_told_so_and_sees_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("new", is_staff=True))
    tallies.update_tallies(NOON)

    html = client.get("/admin/").content.decode()

    assert "don’t have a role yet" in html
    assert "<svg" not in html


def test_bars_are_stacked_and_fill_the_height():
    chart = charts.bar_chart(["a", "b"], {"one": [1, 2], "two": [1, 0]})

    (_, one), (_, two) = chart.bars
    assert [bar.height for bar in one] == [80, 160]
    assert two[0].y == 0
    assert two[0].label == "a: 1 two"


@pytest.mark.parametrize("values", [[], [5], [0, 0, 0]])
def test_a_line_of_few_or_equal_values_is_drawn(values):
    chart = charts.line_chart([str(date.min)] * len(values), values)

    assert len(chart.line.split()) == len(values)


def test_the_first_page_shows_sources_submissions_and_rankers(admin_client, settings):
    settings.INTERLEAVE_SHARE = 1
    SourceRun.objects.create(source="oai", part="cs", status=SourceRun.Status.FAILED, error="no answer")
    SourceRun.objects.create(source="oai", part="cs", status=SourceRun.Status.FINISHED, new=7)
    member = Member.objects.create(email="m@example.org")
    Submission.objects.create(member=member, arxiv_id="2508.00001", paper=make_paper(), status="queued")
    tallies.update_tallies(NOON)

    html = admin_client.get("/admin/").content.decode()

    assert "1 submission waits for a decision" in html
    assert "by chance alone" in html
    assert "no answer" not in html


def test_the_first_page_shows_what_is_waiting_for_a_worker(admin_client):
    with app.connection_for_write() as connection, connection.SimpleQueue("planning") as queue:
        queue.clear()
        queue.put({})
        html = admin_client.get("/admin/").content.decode()
        queue.clear()

    assert "<dt>planning digests</dt><dd>1</dd>" in html
    assert "Are beat and a worker running?" not in html


def test_the_first_page_says_when_the_broker_does_not_answer(admin_client, monkeypatch):
    # Nothing listens on port 1.
    monkeypatch.setattr(app, "connection_for_write", lambda **options: Connection("redis://127.0.0.1:1/0", **options))

    assert "The message broker doesn’t answer" in admin_client.get("/admin/").content.decode()


def test_the_first_page_says_when_nothing_is_counted_any_more(admin_client):
    tallies.update_tallies(NOON)

    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        html = admin_client.get("/admin/").content.decode()

    assert "Nothing has been counted since 21 August, 12:00 UTC" in html
