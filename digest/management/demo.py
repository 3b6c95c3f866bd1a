"""The demo: a curator, a dozen sample subscribers with many tastes and zones, and the table of what they got."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.contrib.auth import get_user_model
from rich import box
from rich.table import Table

from digest.models import Delivery, Paper
from digest.models.snapshot import entries_in, extra_section
from subscriptions.models import Frequency, Status, Subscriber, Topic

DEMO_SETTINGS_COLUMNS: dict[str, Any] = {
    "Subscriber": {"min_width": 24},
    "Papers": {"justify": "right"},
    "First paper": {"max_width": 44},
    "Why": {"max_width": 54},
    "State": {"min_width": 5},
}
DEMO_CURATOR, DEMO_PASSWORD = "curator", "daily-papers"


@dataclass(frozen=True)
class DemoSubscriber:
    """One sample subscriber."""

    name: str
    topics: tuple[str, ...]
    time_zone: str
    hour: int
    frequency: Frequency = Frequency.DAILY
    weekday: int = 0


DEMO_SUBSCRIBERS = (
    DemoSubscriber("ada", ("graph-learning",), "Europe/London", 7),
    DemoSubscriber("emmy", ("algebra-and-geometry", "numerical-analysis"), "Europe/Berlin", 6),
    DemoSubscriber("grace", ("optimization", "deep-learning-theory"), "America/New_York", 8),
    DemoSubscriber("chien-shiung", ("quantum-computing", "dynamical-systems"), "Asia/Shanghai", 9),
    DemoSubscriber(
        "katherine", ("neural-differential-equations", "time-series"), "America/Chicago", 6, Frequency.WEEKDAYS
    ),
    DemoSubscriber("srinivasa", ("ai-for-science",), "Asia/Kolkata", 7),
    DemoSubscriber("maryam", ("generative-models", "optimal-transport"), "Asia/Tehran", 10),
    DemoSubscriber("claude", ("differential-privacy", "federated-learning"), "America/Los_Angeles", 5),
    DemoSubscriber("alan", ("interpretability",), "Europe/London", 18, Frequency.WEEKLY, 4),
    DemoSubscriber("sofia", ("anomaly-detection", "computer-vision"), "Europe/Stockholm", 7),
    DemoSubscriber("ronald", ("statistics-and-causal-inference",), "Australia/Sydney", 8),
    DemoSubscriber("everyone", (), "UTC", 12),
)


def create_demo_curator() -> None:
    """Create the demo's curator login if it is missing."""
    users = get_user_model().objects
    if not users.filter(username=DEMO_CURATOR).exists():
        users.create_superuser(DEMO_CURATOR, email=f"{DEMO_CURATOR}@example.org", password=DEMO_PASSWORD)


def create_demo_subscribers(now: datetime) -> None:
    """Create the sample subscribers that are missing, each due at once as if they had asked for the latest edition."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for sample in DEMO_SUBSCRIBERS:
        address = f"{sample.name}@example.org"
        if Subscriber.objects.with_address(address).exists():
            continue
        subscriber = Subscriber.objects.create(
            email=address,
            status=Status.ACTIVE,
            confirmed_at=now,
            next_digest_at=now,
            time_zone=sample.time_zone,
            local_time=time(sample.hour),
            frequency=sample.frequency,
            weekday=sample.weekday,
        )
        subscriber.follow(topics[slug] for slug in sample.topics)


def table_of(deliveries: list[Delivery]) -> Table:
    """Return a table of deliveries: subscriber, papers, why, state."""
    table = Table(box=box.SIMPLE_HEAD)
    for name, options in DEMO_SETTINGS_COLUMNS.items():
        table.add_column(name, no_wrap=True, **options)
    titles = dict(Paper.objects.values_list("pk", "title"))
    for delivery in deliveries:
        papers = [*entries_in(delivery.content), *entries_in(extra_section(delivery.content))]
        why = Counter(argument or code for _, code, argument in papers)
        table.add_row(
            delivery.subscriber.email if delivery.subscriber else "(left)",
            str(len(papers)),
            titles.get(papers[0][0], "") if papers else "",
            ", ".join(f"{name} ({count})" for name, count in why.most_common()) or delivery.error,
            delivery.status,
        )
    return table
