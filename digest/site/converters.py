"""URL converters for names, days, weeks and months."""

from datetime import date


class NameConverter:
    """Any text in a URL: a name may contain a slash, and one from a source even a line break."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        """Return the text unchanged."""
        return value

    def to_url(self, value: str) -> str:
        """Return the text unchanged."""
        return str(value)


class DayConverter:
    """YYYY-MM-DD in a URL, a date in the view."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError (page not found) if it does not exist."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Format the day."""
        return value.isoformat()


class WeekConverter:
    """YYYY-Www (ISO 8601) in a URL, its Monday in the view."""

    regex = r"[0-9]{4}-W[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the Monday; ValueError if the year has no such week."""
        year, week = int(value[:4]), int(value[6:])
        # The week's last day must exist in the calendar, too.
        date.fromisocalendar(year, week, 7)
        return date.fromisocalendar(year, week, 1)

    def to_url(self, value: date) -> str:
        """Format the week of a day."""
        return f"{value:%G-W%V}"


class MonthConverter:
    """YYYY-MM in a URL, the first of the month in the view."""

    regex = r"[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the first of the month; ValueError if it does not exist."""
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        """Format the month of a day."""
        return value.isoformat()[:7]
