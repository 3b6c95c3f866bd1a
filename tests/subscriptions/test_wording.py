"""How often mail comes, in words."""

import pytest

from subscriptions.models import Frequency
from subscriptions.schedule import ScheduleFields, schedule_of
from subscriptions.wording import how_often


@pytest.mark.parametrize(
    ("frequency", "which", "words"),
    [
        ("daily", {}, "every day"),
        ("weekdays", {}, "every weekday"),
        ("weekly", {"weekday": 4}, "every Friday"),
        ("days", {"chosen_days": 0b1}, "every Monday"),
        ("days", {"chosen_days": 0b1010001}, "every Monday, Friday and Sunday"),
        ("monthly", {"month_day": 2}, "on the 2nd of every month"),
        ("monthly", {"month_day": 11}, "on the 11th of every month"),
        ("monthly", {"month_day": 23}, "on the 23rd of every month"),
        ("monthly", {"month_day": 30}, "on the 30th of every month (or its last day)"),
        ("monthly", {"month_day": 31}, "on the last day of every month"),
    ],
)
def test_how_often_is_put_into_words(frequency, which, words):
    assert how_often(ScheduleFields("UTC", None, frequency, **which)) == words


@pytest.mark.parametrize("frequency", sorted(set(Frequency) - {Frequency.DAILY}))
def test_every_frequency_has_days_and_words_of_its_own(frequency):
    chosen, daily = (ScheduleFields("UTC", None, kind) for kind in (frequency, Frequency.DAILY))

    assert schedule_of(chosen) != schedule_of(daily)
    assert how_often(chosen) != how_often(daily)


def test_an_unknown_frequency_is_daily_in_the_calendar_and_in_words():
    chosen = ScheduleFields("UTC", None, "hourly")

    assert schedule_of(chosen) == schedule_of(chosen._replace(frequency="daily"))
    assert how_often(chosen) == "every day"
