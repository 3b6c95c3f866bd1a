"""Preferences by signed link: changing, pausing, requesting the link, seeing and deleting your data."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from digest.recommending import planning
from subscriptions import emails, links, tasks
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Frequency, Status, Subscriber, Weight
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic
from tests.support.html import html_of

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"
TOMORROW_AT_SEVEN = datetime(2025, 8, 22, 7, tzinfo=UTC)


def path(subscriber, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, subscriber)}{more}"


def save(client, subscriber, **fields):
    fields = {
        "time_zone": subscriber.time_zone,
        "local_time": f"{subscriber.local_time:%H:%M}",
        "frequency": subscriber.frequency,
        "weekday": subscriber.weekday,
        "max_papers": subscriber.max_papers,
        "month_day": subscriber.month_day,
        "least_match": subscriber.least_match,
        "channel": subscriber.channel,
        **{f"topics-{follow.topic_id}": Weight(follow.weight).name.lower() for follow in subscriber.follows.all()},
        **fields,
    }
    response = client.post(path(subscriber), fields, follow=True)
    subscriber.refresh_from_db()
    return response


def test_the_form_shows_what_is_set(client):
    topic = make_topic()
    reader = make_subscriber(
        ADDRESS, follows=[topic], time_zone="Asia/Kolkata", local_time=time(18, 30), next_digest_at=TOMORROW_AT_SEVEN
    )

    html = client.get(path(reader)).content.decode()

    form = html_of(html)
    assert "selected" in form.one("noscript option[value=Asia/Kolkata]")
    assert form.one(".chosen-zone option")["value"] == "Asia/Kolkata"
    assert "selected" in form.one("option[value=18:30]")
    assert "checked" in form.one(f"[name=topics-{topic.pk}][value=normal]")
    assert "Friday 22 August, 12:30" in html


def test_everything_can_be_changed(client):
    old, new = make_topic("Old"), make_topic("New")
    reader = make_subscriber(follows=[old], next_digest_at=TOMORROW_AT_SEVEN)

    page = save(
        client,
        reader,
        **{f"topics-{old.pk}": "off", f"topics-{new.pk}": "more"},
        time_zone="Asia/Kolkata",
        local_time="18:30",
        frequency="weekly",
        weekday="4",
        max_papers="30",
    )

    assert "Your preferences are saved." in page.content.decode()
    assert reader.schedule_fields[:4] == ("Asia/Kolkata", time(18, 30), Frequency.WEEKLY, 4)
    assert reader.max_papers == 30
    assert [(follow.topic, follow.weight) for follow in reader.follows.all()] == [(new, Weight.MORE)]
    assert reader.next_digest_at == datetime(2025, 8, 22, 13, tzinfo=UTC)


def test_a_later_hour_on_a_day_that_had_its_digest_comes_the_next_day(client):
    reader = make_subscriber(next_digest_at=TOMORROW_AT_SEVEN)
    make_delivery(reader, make_edition(make_paper()), period=DAY, status="sent")

    save(client, reader, local_time="18:00")

    assert reader.next_digest_at == datetime(2025, 8, 22, 18, tzinfo=UTC)


def test_a_later_hour_on_a_day_without_a_digest_comes_the_same_day(client):
    reader = make_subscriber(next_digest_at=TOMORROW_AT_SEVEN)

    save(client, reader, local_time="18:00")

    assert reader.next_digest_at == datetime(2025, 8, 21, 18, tzinfo=UTC)


def test_moving_around_the_world_gives_no_second_digest_for_a_day(client):
    reader = make_subscriber(time_zone="Pacific/Kiritimati", next_digest_at=datetime(2025, 8, 21, 17, tzinfo=UTC))
    make_edition(make_paper())
    planning.plan(datetime(2025, 8, 21, 17, tzinfo=UTC))

    with time_machine.travel(datetime(2025, 8, 21, 18, tzinfo=UTC)):
        save(client, reader, time_zone="Pacific/Honolulu")

    assert reader.deliveries.get().period == date(2025, 8, 22)
    assert reader.next_digest_at == datetime(2025, 8, 23, 17, tzinfo=UTC)


def test_a_digest_that_waits_for_its_edition_still_comes_when_only_topics_change(client):
    reader = make_subscriber(next_digest_at=NOON - timedelta(hours=1))

    save(client, reader, **{f"topics-{make_topic().pk}": "less"})

    assert reader.next_digest_at == NOON - timedelta(hours=1)


def test_a_pause_ends_on_its_day(client):
    reader = make_subscriber(next_digest_at=TOMORROW_AT_SEVEN)

    page = save(client, reader, paused_until="2025-09-01")

    assert reader.paused_until == date(2025, 9, 1)
    assert reader.next_digest_at == datetime(2025, 9, 1, 7, tzinfo=UTC)
    assert "Digests are paused until 1 September 2025" in page.content.decode()


def test_a_pause_can_be_ended(client):
    reader = make_subscriber(paused_until=date(2025, 9, 1), next_digest_at=datetime(2025, 9, 1, 7, tzinfo=UTC))

    client.post(path(reader, "/resume"))

    reader.refresh_from_db()
    assert reader.paused_until is None
    assert reader.next_digest_at == TOMORROW_AT_SEVEN


def test_a_pause_cannot_end_on_a_day_that_has_begun_on_the_readers_calendar(client):
    reader = make_subscriber(next_digest_at=TOMORROW_AT_SEVEN)
    early = datetime(2025, 8, 21, 20, tzinfo=UTC)

    with time_machine.travel(early):
        page = save(client, reader, time_zone="Asia/Tokyo", paused_until="2025-08-22")

    assert page.status_code == 422
    assert "Please choose a future date" in page.content.decode()
    assert reader.paused_until is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("paused_until", "2025-08-20", "Please choose a future date"),
        ("paused_until", "9999-12-31", "within a year"),
        ("paused_until", "soon", "year-month-day"),
        ("max_papers", "2", "greater than or equal to 3"),
        ("max_papers", "31", "less than or equal to 30"),
        ("max_papers", "1e9", "whole number"),
        ("time_zone", "Mars/Olympus", "don’t know"),
        ("local_time", "99:00", "choose a time"),
        ("topics-0", "more", "no longer exists"),
        ("topics-1", "most", "choose one of the options"),
    ],
)
def test_bad_input_gets_an_error_message_and_changes_nothing(client, field, value, words):
    reader = make_subscriber(next_digest_at=TOMORROW_AT_SEVEN)
    before = Subscriber.objects.values().get()

    page = save(client, reader, **{field: value})

    assert page.status_code == 422
    assert words in page.content.decode()
    assert Subscriber.objects.values().get() == before


def test_an_hour_between_the_half_hours_is_kept(client):
    reader = make_subscriber(local_time=time(6, 40), next_digest_at=TOMORROW_AT_SEVEN)

    assert "selected" in html_of(client.get(path(reader))).one("option[value=06:40]")
    save(client, reader, max_papers="5")

    assert reader.local_time == time(6, 40)
    assert reader.max_papers == 5


def test_without_a_csrf_token_nothing_changes():
    reader = make_subscriber()
    strict = Client(enforce_csrf_checks=True)

    for page in ("", "/data", "/resume", "/first-digest"):
        assert strict.post(path(reader, page)).status_code == 403
    assert Subscriber.objects.count() == 1


def test_a_link_is_good_for_sixty_days(client):
    link = path(make_subscriber())

    with time_machine.travel(NOON + timedelta(days=59)):
        assert client.get(link).status_code == 200
    with time_machine.travel(NOON + timedelta(days=61)):
        answer = client.get(link)
    assert answer.status_code == 410
    assert "send you a new link" in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PENDING, "Not yet confirmed"),
        (Status.UNSUBSCRIBED, "You’re not subscribed"),
        (Status.SUPPRESSED, "We don’t email this address"),
    ],
)
def test_readers_who_get_no_mail_have_nothing_to_change_but_can_still_see_their_data(client, status, words):
    reader = make_subscriber(status=status)

    html = client.get(path(reader)).content.decode()

    assert words in html
    assert "/data" in html
    assert 'name="time_zone"' not in html


# --- Requesting the link ---


def test_every_address_gets_the_same_answer(client, queued, django_capture_on_commit_callbacks):
    reader = make_subscriber(ADDRESS)

    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post("/preferences", {"email": email}) for email in ("ADA@example.org", "nobody@example.org")]

    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/preferences/sent")}
    assert queued == [("link_request", reader.pk), ("link_request", 0)]
    assert "If that address is on our list" in client.get("/preferences/sent").content.decode()


def test_an_unknown_address_takes_as_much_work_as_a_known_one(client, queued, django_capture_on_commit_callbacks):
    make_subscriber(ADDRESS)
    work = []
    for email in (ADDRESS, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
            client.post("/preferences", {"email": email})
        work.append((len(queries), len(queued)))

    assert work[1] == (work[0][0], 2)


def test_an_unknown_subscriber_is_sent_nothing(mailoutbox):
    for name in emails.ANSWERS:
        tasks.send_mail(name, 0)

    assert mailoutbox == []


def test_a_bad_address_gets_an_error_message(client):
    answer = client.post("/preferences", {"email": "ada at home"})

    assert answer.status_code == 422
    assert "@-sign" in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "link"),
    [(Status.ACTIVE, "/preferences/"), (Status.UNSUBSCRIBED, "/preferences/"), (Status.PENDING, "/confirm/")],
)
def test_the_mail_contains_the_right_link_for_the_readers_status(mailoutbox, status, link):
    emails.answer("link_request", make_subscriber(ADDRESS, status=status).pk)

    assert link in mailoutbox[0].body
    assert link in mailoutbox[0].alternatives[0].content
