"""What one line of a list is worth: an address and wishes, with proof of consent or without, or why it is nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from zoneinfo import available_timezones

from subscriptions.addresses import BadAddress, clean, key_of
from subscriptions.models import Frequency, Topic

# As it is stored, and as pages call it.
WORDS = {word.casefold(): value for value, label in Frequency.choices for word in (value, label)}


class Outcome(StrEnum):
    """What becomes of a line."""

    PROVEN = "proven"
    TO_ASK = "to ask"
    KNOWN = "known"
    LEFT = "left before"
    SUPPRESSED = "suppressed"
    TWICE = "twice in the file"
    BAD = "cannot be read"


class BadLine(ValueError):  # noqa: N818 - like BadAddress
    """A line that cannot be taken; str() says why."""


@dataclass(frozen=True)
class Line:
    """An address with its wishes; `consented_at` is None where the line proves nothing."""

    email: str
    choices: dict[str, object] = field(default_factory=dict)
    topics: list[Topic] = field(default_factory=list)
    consented_at: datetime | None = None
    consent: str = ""

    @property
    def key(self) -> str:
        """What two spellings of one address share."""
        return key_of(self.email)


class Reader:
    """Reads lines by the columns somebody matched."""

    def __init__(self, columns: Mapping[str, int], now: datetime) -> None:
        self._columns = columns
        self._now = now
        self._zones = available_timezones()
        topics = list(Topic.objects.all())
        self._topics = {topic.slug: topic for topic in topics} | {topic.name.casefold(): topic for topic in topics}

    def read(self, row: Sequence[str]) -> Line:
        """Return what a row says; BadLine where it cannot be taken as it stands."""
        try:
            email = clean(self._cell(row, "email"), refuse_disposable=False)
        except BadAddress as error:
            raise BadLine(str(error)) from None
        consented_at, consent = self._proof(row)
        return Line(email, self._choices(row), self._wanted(row), consented_at, consent)

    def _cell(self, row: Sequence[str], name: str) -> str:
        column = self._columns.get(name)
        return row[column] if column is not None and column < len(row) else ""

    def _choices(self, row: Sequence[str]) -> dict[str, object]:
        choices: dict[str, object] = {}
        if zone := self._cell(row, "time_zone"):
            if zone not in self._zones:
                raise BadLine(f"There is no time zone called “{zone}”.")
            choices["time_zone"] = zone
        if hour := self._cell(row, "local_time"):
            choices["local_time"] = _time(hour)
        if frequency := self._cell(row, "frequency"):
            if frequency.casefold() not in WORDS:
                raise BadLine(f"“{frequency}” is no frequency: " + ", ".join(Frequency.values) + ".")
            choices["frequency"] = WORDS[frequency.casefold()]
        return choices

    def _wanted(self, row: Sequence[str]) -> list[Topic]:
        names = [name.strip() for name in self._cell(row, "topics").replace(";", ",").split(",") if name.strip()]
        unknown = [name for name in names if name.casefold() not in self._topics]
        if unknown:
            raise BadLine(f"There is no topic called “{unknown[0]}”.")
        return list(dict.fromkeys(self._topics[name.casefold()] for name in names))

    def _proof(self, row: Sequence[str]) -> tuple[datetime | None, str]:
        """Return when and to what somebody agreed: both, or it is no proof."""
        told, consent = self._cell(row, "consented_at"), self._cell(row, "consent")
        if not told or not consent:
            return None, ""
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            raise BadLine(f"“{told}” is no time of consent such as 2025-08-21 14:30.") from None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at > self._now:
            raise BadLine(f"The time of consent, {told}, is still to come.")
        return at, consent


def _time(text: str) -> time:
    try:
        return time(int(text)) if text.isdecimal() else time.fromisoformat(text)
    except ValueError:
        raise BadLine(f"“{text}” is no time of day such as 07:00.") from None
