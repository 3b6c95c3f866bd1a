"""How a name and a day are written in an address."""

from datetime import date


class NameConverter:
    """Any text in an address: a name may hold a slash, and one from a source even a line break."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        """Return the text as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return the text as it stands."""
        return str(value)


class DayConverter:
    """YYYY-MM-DD in an address, a date in the view."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError (no such page) where the calendar has none."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()


class WeekConverter:
    """YYYY-Www (ISO 8601) in an address, its Monday in the view."""

    regex = r"[0-9]{4}-W[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the Monday; ValueError where the year has no such week."""
        year, week = int(value[:4]), int(value[6:])
        # The last week must end within the calendar, too.
        date.fromisocalendar(year, week, 7)
        return date.fromisocalendar(year, week, 1)

    def to_url(self, value: date) -> str:
        """Write the week of a day."""
        return f"{value:%G-W%V}"


class MonthConverter:
    """YYYY-MM in an address, the first of the month in the view."""

    regex = r"[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the first of the month; ValueError where the calendar has none."""
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        """Write the month of a day."""
        return value.isoformat()[:7]
