"""“Sent today” on the panel's first page: what was due, planned and sent, whatever the edition."""

from datetime import timedelta

import pytest

from digest.metrics import pulse, sending_day
from digest.models import Delivery
from digest.panel import charts
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def enter(edition, **fields):
    return make_delivery(make_subscriber(next_digest_at=NOON + timedelta(days=1)), edition, **fields)


def first_page(client):
    return client.get("/admin/").content.decode()


@pytest.fixture
def old_edition():
    """An edition from another day, as in the demo."""
    return make_edition(make_paper(), day=DAY - timedelta(days=400))


def test_digests_of_an_old_edition_sent_today_count_as_todays(admin_client, old_edition):
    for hours in (1, 1, 3):
        enter(old_edition, status="sent", sent_at=NOON - timedelta(hours=hours))
    enter(old_edition, status="sent", sent_at=NOON - timedelta(days=1), not_before=NOON - timedelta(days=1))
    sending_day.count_day(NOON)

    html = first_page(admin_client)

    assert "3 digests sent today. Nothing is waiting." in html
    assert "<dt>sent</dt><dd>3</dd>" in html
    assert "<title>11:00: 2 sent</title>" in html
    assert "<title>09:00: 1 sent</title>" in html
    assert "There’s no edition for today or later yet" in html


def test_problems_come_first_and_link_to_their_rows(admin_client, old_edition):
    enter(old_edition, status="sent", sent_at=NOON)
    enter(old_edition, status="failed", error="550 no")
    enter(old_edition, status="uncertain")
    sending_day.count_day(NOON)

    html = first_page(admin_client)

    assert "1 digest sent today, and 2 went wrong." in html
    assert "?status__exact=uncertain" in html
    assert admin_client.get("/admin/digest/delivery/?status__exact=uncertain").status_code == 200


@pytest.mark.parametrize(
    ("status", "summary"),
    [
        ("queued", "0 digests sent today, 1 on their way."),
        ("sending", "0 digests sent today, 1 on their way."),
        ("held", "0 digests sent today, 1 on hold."),
        ("skipped", "No digests were due so far today."),
        ("cancelled", "No digests were due so far today."),
    ],
)
def test_the_first_sentence_says_how_the_day_is_going(admin_client, old_edition, status, summary):
    enter(old_edition, status=status)
    sending_day.count_day(NOON)

    assert summary in first_page(admin_client)


def test_digests_due_now_and_later_today_are_counted(admin_client):
    make_subscriber(next_digest_at=NOON - timedelta(minutes=1))
    make_subscriber(next_digest_at=NOON + timedelta(hours=11))
    make_subscriber(next_digest_at=NOON + timedelta(hours=13))
    sending_day.count_day(NOON)

    html = first_page(admin_client)

    assert "Nothing sent yet: 1 digest due." in html
    assert "<dt>due now</dt><dd>1</dd>" in html
    assert "<dt>due later</dt><dd>1</dd>" in html


def test_yesterdays_count_is_not_shown_as_todays(admin_client, time_machine):
    sending_day.count_day(NOON)
    time_machine.move_to(NOON + timedelta(days=1), tick=False)

    assert "Nothing has been counted today." in first_page(admin_client)


def test_an_old_count_and_a_silent_beat_are_reported(admin_client, time_machine):
    pulse.beat_pulse()
    sending_day.count_day(NOON)
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)

    html = first_page(admin_client)

    assert "The scheduler (beat) has been silent since 21 August, 12:00 UTC." in html
    assert "which is a while ago" in html


def test_a_count_that_cannot_be_read_is_ignored(admin_client, settings):
    (settings.VAR_DIR / "sending-day.json").write_text('{"counted_at": ')

    assert "Nothing has been counted today." in first_page(admin_client)


def test_many_more_digests_need_only_a_few_more_queries(old_edition, django_assert_max_num_queries):
    enter(old_edition, status="sent", sent_at=NOON)
    with django_assert_max_num_queries(7):
        sending_day.figures(NOON)
    Delivery.objects.update(sent_at=NOON)
    for _ in range(30):
        enter(old_edition, status="sent", sent_at=NOON)
    # Bisecting thirty keys takes five queries.
    with django_assert_max_num_queries(12):
        sending_day.figures(NOON)


def test_bars_have_a_maximum_width_when_there_are_few_days():
    ((_, (bar,)),) = charts.bar_chart(["13 Aug"], {"sent": [5]}).bars

    assert bar.width == charts.WIDEST
    assert bar.x == (charts.CHART_WIDTH - charts.WIDEST) / 2


def test_a_line_chart_of_equal_values_starts_at_zero():
    chart = charts.line_chart(["a", "b"], [13, 13])

    assert (chart.top, chart.bottom) == (15, 0)
    assert chart.line == "0.0,21.3 640.0,21.3"
