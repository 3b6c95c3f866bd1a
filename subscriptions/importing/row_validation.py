"""Reading one line of a list: an address and choices, with or without proof of consent, or why it is rejected."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum

from subscriptions import time_zones
from subscriptions.addresses import BadAddress, address_key, clean_address
from subscriptions.importing.status_columns import NO_STATEMENT, Statuses, StatusStatement
from subscriptions.models import Frequency, Topic

# By the stored value, and by what pages call it.
FREQUENCY_WORDS = {word.casefold(): value for value, label in Frequency.choices for word in (value, label)}

# The year of the first email; a consent cannot be older.
EARLIEST_CONSENT_YEAR = 1971


class RowOutcome(StrEnum):
    """What the import does with a line."""

    PROVEN = "proven"
    TO_ASK = "to ask"
    KNOWN = "known"
    LEFT = "left before"
    SUPPRESSED = "suppressed"
    # What the list itself says about the person.
    LEFT_THERE = "left there"
    NEVER_MAIL = "never to mail"
    NOT_SUBSCRIBED = "not subscribed there"
    UNKNOWN = "unclear status"
    TWICE = "twice in the file"
    BAD = "cannot be read"


class BadLine(ValueError):  # noqa: N818 - like BadAddress
    """A line that cannot be accepted; str() says why."""


@dataclass(frozen=True)
class Line:
    """An address with its choices; `consented_at` is None if the line proves nothing."""

    email: str
    choices: dict[str, object] = field(default_factory=dict)
    topics: list[Topic] = field(default_factory=list)
    consented_at: datetime | None = None
    consent: str = ""
    statement: StatusStatement = NO_STATEMENT

    @property
    def key(self) -> str:
        """The key that all spellings of the address share."""
        return address_key(self.email)


class RowReader:
    """Reads lines by the columns that someone matched."""

    def __init__(self, columns: Mapping[str, int], now: datetime, statuses: Statuses | None = None) -> None:
        self._columns = columns
        self._now = now
        self._statuses = statuses
        topics = list(Topic.objects.all())
        self._topics = {topic.slug: topic for topic in topics} | {topic.name.casefold(): topic for topic in topics}

    def read(self, row: Sequence[str], unsubscribed: Mapping[str, StatusStatement] | None = None) -> Line:
        """Return what a row says; raise BadLine if it cannot be accepted as it is.

        unsubscribed: what other lines say about addresses. For someone who left, nothing more is read: nothing else in
        the line may keep it from counting.
        """
        email = self._address(row)
        statement = max(
            self.statement(row),
            (unsubscribed or {}).get(address_key(email), NO_STATEMENT),
            key=lambda statement: statement.status,
        )
        if statement is not NO_STATEMENT:
            return Line(email, statement=statement)
        consented_at, consent = self._proof(row)
        return Line(email, self._choices(row), self._topics_of_row(row), consented_at, consent)

    def key(self, row: Sequence[str]) -> str:
        """Return the key that all spellings of a row's address share; raise BadLine if it has none."""
        return address_key(self._address(row))

    def statement(self, row: Sequence[str]) -> StatusStatement:
        """Return what a row says about whether they are subscribed."""
        return self._statuses.of(row) if self._statuses else NO_STATEMENT

    def _address(self, row: Sequence[str]) -> str:
        # Our own exports have an apostrophe before anything that looks like a formula.
        text = re.sub(r"^'(?=[=+@-])", "", self._cell(row, "email"))
        try:
            return clean_address(text, refuse_disposable=False)
        except BadAddress as error:
            raise BadLine(str(error)) from None

    def _cell(self, row: Sequence[str], name: str) -> str:
        column = self._columns.get(name)
        return row[column] if column is not None and column < len(row) else ""

    def _choices(self, row: Sequence[str]) -> dict[str, object]:
        choices: dict[str, object] = {}
        if zone := self._cell(row, "time_zone"):
            choices["time_zone"] = time_zones.known_as(zone)
            if not choices["time_zone"]:
                raise BadLine(f"There’s no time zone called “{zone}”.")
        if hour := self._cell(row, "local_time"):
            choices["local_time"] = _time(hour)
        if frequency := self._cell(row, "frequency"):
            if frequency.casefold() not in FREQUENCY_WORDS:
                raise BadLine(f"“{frequency}” isn’t a frequency. Use one of: " + ", ".join(Frequency.values) + ".")
            choices["frequency"] = FREQUENCY_WORDS[frequency.casefold()]
        return choices

    def _topics_of_row(self, row: Sequence[str]) -> list[Topic]:
        names = [name.strip() for name in self._cell(row, "topics").replace(";", ",").split(",") if name.strip()]
        unknown = [name for name in names if name.casefold() not in self._topics]
        if unknown:
            raise BadLine(f"There’s no topic called “{unknown[0]}”.")
        return list(dict.fromkeys(self._topics[name.casefold()] for name in names))

    def _proof(self, row: Sequence[str]) -> tuple[datetime | None, str]:
        """Return when and to what someone agreed: without both, it is no proof."""
        stated, consent = self._cell(row, "consented_at"), self._cell(row, "consent")
        if not stated or not consent:
            return None, ""
        try:
            at = datetime.fromisoformat(stated)
        except ValueError:
            at = None
        if at is None or at.year < EARLIEST_CONSENT_YEAR:
            raise BadLine(f"“{stated}” isn’t a time of consent, such as 2025-08-21 14:30.")
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at > self._now:
            raise BadLine(f"The time of consent, {stated}, is in the future.")
        return at, consent


def _time(text: str) -> time:
    try:
        hour = time(int(text)) if text.isdecimal() else time.fromisoformat(text)
        return hour.replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadLine(f"“{text}” isn’t a time of day, such as 07:00.") from None
