"""When the next digest is due, in every zone and through every clock change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscriptions import schedule, time_zones

ZONES = [name for _, zones in time_zones.by_region() for name, _ in zones]
YEAR_2024 = datetime(2024, 1, 1, tzinfo=UTC)


def make_schedule(zone="Europe/Berlin", at=time(7), frequency="daily", **which):
    return schedule.schedule_of(schedule.ScheduleFields(zone, at, frequency, **which))


def moments(digest_schedule, after, number):
    instants = []
    for _ in range(number):
        after = schedule.next_at(digest_schedule, after)
        instants.append(after)
    return instants


def local(instants, zone="Europe/Berlin"):
    return [f"{at.astimezone(ZoneInfo(zone)):%a %d %H:%M}" for at in instants]


def test_seven_in_berlin_stays_seven_through_the_spring_clock_change():
    instants = moments(make_schedule(), datetime(2026, 3, 27, 12, tzinfo=UTC), 3)

    assert local(instants) == ["Sat 28 07:00", "Sun 29 07:00", "Mon 30 07:00"]
    assert [at.hour for at in instants] == [6, 5, 5]


def test_seven_in_berlin_stays_seven_through_the_autumn_clock_change():
    instants = moments(make_schedule(), datetime(2026, 10, 23, 12, tzinfo=UTC), 3)

    assert local(instants) == ["Sat 24 07:00", "Sun 25 07:00", "Mon 26 07:00"]
    assert [at.hour for at in instants] == [5, 6, 6]


def test_a_year_in_berlin_has_one_digest_per_day():
    instants = moments(make_schedule(), datetime(2025, 12, 31, 12, tzinfo=UTC), 365)

    days = [schedule.local_date(at, "Europe/Berlin") for at in instants]
    assert days == [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]


def test_an_hour_skipped_in_spring_comes_an_hour_later():
    instants = moments(make_schedule(at=time(2, 30)), datetime(2026, 3, 28, 0, tzinfo=UTC), 3)

    assert local(instants) == ["Sat 28 02:30", "Sun 29 03:30", "Mon 30 02:30"]


def test_an_hour_repeated_in_autumn_comes_once():
    instants = moments(make_schedule(at=time(2, 30)), datetime(2026, 10, 24, 12, tzinfo=UTC), 2)

    assert instants == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_between_the_two_occurrences_of_an_hour_the_next_digest_is_tomorrow():
    between = datetime(2026, 10, 25, 1, tzinfo=UTC)

    assert schedule.next_at(make_schedule(at=time(2, 30)), between) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_the_due_moment_itself_counts_as_past():
    at = datetime(2026, 6, 1, 5, tzinfo=UTC)

    assert schedule.next_at(make_schedule(), at) == at + timedelta(days=1)
    assert schedule.next_at(make_schedule(), at - timedelta(microseconds=1)) == at


def test_weekdays_skip_the_weekend():
    instants = moments(make_schedule(frequency="weekdays"), datetime(2026, 3, 26, 12, tzinfo=UTC), 3)

    assert local(instants) == ["Fri 27 07:00", "Mon 30 07:00", "Tue 31 07:00"]


def test_weekly_comes_on_its_day():
    instants = moments(make_schedule(frequency="weekly", weekday=6), datetime(2026, 3, 22, 12, tzinfo=UTC), 2)

    assert local(instants) == ["Sun 29 07:00", "Sun 05 07:00"]


def test_a_digest_comes_on_each_of_the_chosen_days():
    instants = moments(make_schedule(frequency="days", chosen_days=0b1001001), datetime(2026, 3, 22, 12, tzinfo=UTC), 4)

    assert local(instants) == ["Mon 23 07:00", "Thu 26 07:00", "Sun 29 07:00", "Mon 30 07:00"]


def test_monthly_comes_on_its_day_of_the_month():
    instants = moments(make_schedule(frequency="monthly", month_day=15), datetime(2026, 2, 20, 12, tzinfo=UTC), 3)

    assert [at.strftime("%m-%d %H") for at in instants] == ["03-15 06", "04-15 05", "05-15 05"]


def test_a_day_that_a_month_does_not_have_becomes_its_last_day():
    instants = moments(
        make_schedule("UTC", frequency="monthly", month_day=31), datetime(2027, 12, 31, 12, tzinfo=UTC), 4
    )

    assert [at.date() for at in instants] == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


def test_monthly_on_the_30th_comes_in_february_too_and_only_once():
    instants = moments(
        make_schedule("UTC", frequency="monthly", month_day=30), datetime(2026, 1, 30, 12, tzinfo=UTC), 2
    )

    assert [at.date() for at in instants] == [date(2026, 2, 28), date(2026, 3, 30)]


def test_a_monthly_digest_on_the_day_clocks_change_keeps_its_hour():
    instants = moments(make_schedule(frequency="monthly", month_day=29), datetime(2026, 3, 1, tzinfo=UTC), 1)

    assert instants == [datetime(2026, 3, 29, 5, tzinfo=UTC)]


def test_a_pause_over_the_day_of_the_month_waits_for_the_next_month():
    monthly = make_schedule("UTC", frequency="monthly", month_day=5)

    instants = schedule.next_at(monthly, datetime(2026, 3, 1, 12, tzinfo=UTC), not_before=date(2026, 3, 6))

    assert instants == datetime(2026, 4, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize("days", [set(), {0}, {0, 6}, set(range(7))])
def test_days_stored_as_bits_come_back_unchanged(days):
    assert schedule.days_of(schedule.bits_of(frozenset(days))) == days


def test_weekdays_follow_the_readers_own_calendar():
    """Friday 20:00 UTC is Saturday in Tokyo."""
    friday = datetime(2026, 6, 5, 20, tzinfo=UTC)

    instants = moments(make_schedule("Asia/Tokyo", time(9), "weekdays"), friday, 1)

    assert local(instants, "Asia/Tokyo") == ["Mon 08 09:00"]


def test_a_pause_ends_on_its_day():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert schedule.next_at(make_schedule(), now, not_before=date(2026, 3, 29)) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert schedule.next_at(make_schedule(), now, not_before=date(2026, 2, 1)) == datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_a_pause_that_ends_between_two_digest_days_waits_for_the_next():
    instants = schedule.next_at(
        make_schedule(frequency="weekly", weekday=0), datetime(2026, 3, 1, 12, tzinfo=UTC), not_before=date(2026, 3, 10)
    )

    assert local([instants]) == ["Mon 16 07:00"]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Asia/Kolkata", datetime(2026, 6, 2, 1, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 6, 2, 1, 15, tzinfo=UTC)),
        ("America/St_Johns", datetime(2026, 6, 2, 9, 30, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 6, 1, 17, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2026, 6, 1, 17, tzinfo=UTC)),
    ],
)
def test_zones_with_odd_offsets_and_at_the_ends_of_the_day(zone, at):
    assert schedule.next_at(make_schedule(zone), datetime(2026, 6, 1, 12, tzinfo=UTC)) == at


def test_the_half_hour_clock_change_in_lord_howe():
    instants = moments(make_schedule("Australia/Lord_Howe", time(2, 15)), datetime(2026, 10, 2, 20, tzinfo=UTC), 3)

    assert local(instants, "Australia/Lord_Howe") == ["Sun 04 02:45", "Mon 05 02:15", "Tue 06 02:15"]


def test_a_midnight_skipped_by_a_clock_change_still_comes_that_day():
    """Cairo's clocks go from 24:00 on Thursday to 01:00 on Friday."""
    instants = moments(make_schedule("Africa/Cairo", time(0)), datetime(2026, 4, 22, 23, tzinfo=UTC), 2)

    assert local(instants, "Africa/Cairo") == ["Fri 24 01:00", "Sat 25 00:00"]


@settings(deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    frequency=st.sampled_from([*sorted(schedule.WEEKDAYS_BY_FREQUENCY), "monthly"]),
    which=st.fixed_dictionaries(
        {"weekday": st.integers(0, 6), "chosen_days": st.integers(1, 127), "month_day": st.integers(1, 31)}
    ),
    after=st.integers(0, 6 * 365 * 24 * 3600).map(lambda seconds: YEAR_2024 + timedelta(seconds=seconds)),
)
def test_one_moment_per_day_on_the_right_days_and_always_forward(zone, at, frequency, which, after):
    digest_schedule = make_schedule(zone, at, frequency, **which)

    instants = moments(digest_schedule, after, 12)

    assert instants[0] > after
    assert all(one < next_one for one, next_one in pairwise(instants))
    days = [schedule.local_date(moment, zone) for moment in instants]
    assert len(set(days)) == len(days)
    expected = [day for number in range(400) if digest_schedule.has(day := days[0] + timedelta(days=number))]
    assert days == expected[:12]
