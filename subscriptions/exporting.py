"""All subscribers as a CSV table for other programs."""

import csv
from collections.abc import Iterator

from subscriptions import spreadsheets
from subscriptions.models import Subscriber

EXPORT_COLUMNS = (
    *("email", "status", "topics", "time_zone", "local_time", "frequency", "max_papers"),
    *("created_at", "confirmed_at", "unsubscribed_at", "consent"),
)
EXPORT_BATCH = 2000


class _Echo:
    def write(self, line: str) -> str:
        return line


def lines() -> Iterator[str]:
    """Yield the lines of the CSV, header first; only EXPORT_BATCH rows are in memory, however many there are."""
    writer = csv.writer(_Echo())
    yield writer.writerow(EXPORT_COLUMNS)
    rows = Subscriber.objects.order_by("pk").prefetch_related("topics", "consents")
    for subscriber in rows.iterator(EXPORT_BATCH):
        yield writer.writerow([spreadsheets.cell(_cell(subscriber, name)) for name in EXPORT_COLUMNS])


def _cell(subscriber: Subscriber, name: str) -> str:
    if name == "topics":
        return ", ".join(topic.slug for topic in subscriber.topics.all())
    if name == "consent":
        given = [consent for consent in subscriber.consents.all() if not consent.withdrawn_at and not consent.choices]
        return " | ".join(consent.wording for consent in given)
    value = getattr(subscriber, name)
    return "" if value is None else str(value)
