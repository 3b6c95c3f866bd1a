"""How often mail comes, in words."""

from django.utils.dates import WEEKDAYS

from subscriptions.schedule import ScheduleFields, days_of

# The days that not every month has, and the one that only the longest months have.
SOMETIMES, LAST = range(29, 31), 31


def how_often(chosen: ScheduleFields) -> str:
    """Return on which days mail comes, in words to be followed by "at 07:00"."""
    match chosen.frequency:
        case "daily":
            return "every day"
        case "weekdays":
            return "every weekday"
        case "weekly":
            return f"every {WEEKDAYS[chosen.weekday]}"
        case "days":
            return f"every {listed([str(WEEKDAYS[day]) for day in sorted(days_of(chosen.chosen_days))])}"
        case "monthly":
            return _monthly(chosen.month_day)
        case _:
            # As schedule_of does with a frequency that this version doesn't know.
            return "every day"


def _monthly(day: int) -> str:
    if day == LAST:
        return "on the last day of every month"
    or_last = " (or its last day)" if day in SOMETIMES else ""
    return f"on the {ordinal(day)} of every month{or_last}"


def ordinal(number: int) -> str:
    """Return the number of a day in its month: 1st, 2nd, 3rd, 4th, 11th, 21st."""
    teens = number // 10 == 1
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def listed(words: list[str]) -> str:
    """Join words into a list: "a", "a and b", "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
