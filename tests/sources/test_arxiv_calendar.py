"""A paper's day is the day of its announcement, Eastern time."""

from datetime import UTC, date, datetime

import pytest

from digest.sources.arxiv_calendar import (
    EASTERN,
    PUBLISHED_HOLIDAYS,
    announcement_day,
    has_mailing,
    latest_announcement,
    usual_holidays,
)


def eastern(text):
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-09-14 13:59", "2026-09-15"),  # Monday
        ("2026-09-14 14:00", "2026-09-16"),
        ("2026-09-15 13:59", "2026-09-16"),
        ("2026-09-16 14:00", "2026-09-18"),
        ("2026-09-17 13:59", "2026-09-18"),  # Thursday: mailed the same evening, the day is Friday
        ("2026-09-17 14:00", "2026-09-21"),  # mailed on Sunday
        ("2026-09-18 13:59", "2026-09-21"),  # Friday
        ("2026-09-18 14:00", "2026-09-22"),  # the large one, mailed on Monday
        ("2026-09-19 12:00", "2026-09-22"),
        ("2026-09-20 23:59", "2026-09-22"),
    ],
)
def test_papers_are_announced_on_arxivs_weekly_schedule(received, day):
    assert announcement_day(eastern(received)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        # Clocks go forward on 8 March 2026, back on 1 November: 14:00 Eastern is 19:00, 18:00 and 19:00 in UTC.
        (datetime(2026, 3, 6, 18, 59, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 3, 6, 19, 0, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 3, 9, 17, 59, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 3, 9, 18, 0, tzinfo=UTC), date(2026, 3, 11)),
        (datetime(2026, 11, 2, 18, 59, tzinfo=UTC), date(2026, 11, 3)),
        (datetime(2026, 11, 2, 19, 0, tzinfo=UTC), date(2026, 11, 4)),
    ],
)
def test_the_deadline_keeps_eastern_time_through_both_clock_changes(received, day):
    assert announcement_day(received) == day


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-11-25 13:59", "2026-11-26"),  # mailed the evening before Thanksgiving
        ("2026-11-25 14:00", "2026-11-30"),  # no mailing on Thursday: on Sunday with Friday's
        ("2026-11-27 13:59", "2026-11-30"),
        ("2026-12-29 10:00", "2026-12-31"),  # Tuesday without a mailing: on Wednesday
        ("2026-12-31 10:00", "2027-01-04"),  # Thursday without a mailing: on Sunday, in the next year
        ("2026-01-19 10:00", "2026-01-21"),  # Monday
    ],
)
def test_papers_held_up_by_a_holiday_are_in_the_next_mailing(received, day):
    assert announcement_day(eastern(received)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-09-15 19:59", "2026-09-15"),
        ("2026-09-15 20:00", "2026-09-16"),
        ("2026-09-19 12:00", "2026-09-18"),  # Saturday: still Friday's
        ("2026-09-20 19:59", "2026-09-18"),
        ("2026-09-20 20:00", "2026-09-21"),
        ("2026-11-27 12:00", "2026-11-26"),
    ],
)
def test_the_latest_day_is_the_last_one_announced(now, day):
    assert latest_announcement(eastern(now)) == date.fromisoformat(day)


def test_there_is_no_mailing_on_friday_or_saturday():
    assert [has_mailing(date(2026, 9, day)) for day in range(13, 20)] == [True] * 5 + [False] * 2


def test_the_usual_holidays_are_among_those_arxiv_published():
    assert PUBLISHED_HOLIDAYS[2026] - usual_holidays(2026) == {date(2026, 12, 29), date(2026, 12, 31)}
    assert usual_holidays(2026) <= PUBLISHED_HOLIDAYS[2026]


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2027-01-18 10:00", "2027-01-20"),  # Monday, Martin Luther King Day
        ("2027-07-05 10:00", "2027-07-07"),  # Monday, because the 4th is a Sunday
        ("2027-11-25 10:00", "2027-11-29"),  # Thanksgiving
    ],
)
def test_a_year_arxiv_has_not_published_yet_has_the_usual_holidays(received, day):
    assert announcement_day(eastern(received)) == date.fromisoformat(day)


def test_an_operator_can_add_holidays(settings):
    settings.ARXIV_HOLIDAYS = frozenset({date(2027, 12, 30)})

    assert announcement_day(eastern("2027-12-30 10:00")) == date(2028, 1, 3)
