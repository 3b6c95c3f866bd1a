"""How a day is written in an address."""

from datetime import date


class DayConverter:
    """YYYY-MM-DD in an address, a date in the view."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError (no such page) where the calendar has none."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()
