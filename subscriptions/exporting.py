"""All subscribers as a table for other programs."""

import csv
from collections.abc import Iterator

from subscriptions.models import Subscriber

COLUMNS = (
    *("email", "status", "topics", "time_zone", "local_time", "frequency", "max_papers"),
    *("created_at", "confirmed_at", "unsubscribed_at", "consent"),
)
AT_A_TIME = 2000
# What makes a table program take a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, line: str) -> str:
        return line


def lines() -> Iterator[str]:
    """Yield the lines of the CSV, the head first; a thousand rows are in memory, however many there are."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    rows = Subscriber.objects.order_by("pk").prefetch_related("topics", "consents")
    for subscriber in rows.iterator(AT_A_TIME):
        yield writer.writerow([safe(_cell(subscriber, name)) for name in COLUMNS])


def safe(text: str) -> str:
    """Return a cell that no table program runs: a formula gets a quote before it (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(subscriber: Subscriber, name: str) -> str:
    if name == "topics":
        return ", ".join(topic.slug for topic in subscriber.topics.all())
    if name == "consent":
        return " | ".join(consent.wording for consent in subscriber.consents.all() if not consent.withdrawn_at)
    value = getattr(subscriber, name)
    return "" if value is None else str(value)
