"""A made-up edition and any number of subscribers with topics, all due now."""

import random
from datetime import UTC, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from digest.models import Edition, EditionPaper, Paper, PaperTopic
from subscriptions.models import Follow, Status, Subscriber, Topic

BENCHMARK_TOPICS, BENCHMARK_PAPERS, TOPICS_PER_SUBSCRIBER = 25, 51, 4
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Asia/Kolkata")
# About 28 KB per mail, with all the links a paper can have and abstracts of the length a mail shows.
PAPERS_A_MAIL = 7
TITLE_VOCABULARY = (
    "optimal transport of measures on graphs with private gradients and a bound that is tight up to constants "
)


def make_edition(seed: int = 1) -> list[Topic]:
    """Make topics and a published edition of 51 papers; return the topics."""
    chance = random.Random(seed)  # noqa: S311 - for repeatable numbers, not for secrets
    topics = [
        Topic.objects.create(slug=f"topic-{number}", name=f"Topic number {number}", description="For the benchmark")
        for number in range(BENCHMARK_TOPICS)
    ]
    edition = Edition.objects.create(day=datetime.now(UTC).date())
    for position in range(BENCHMARK_PAPERS):
        title = f"Paper {position}: {TITLE_VOCABULARY[:80]}"
        paper = Paper.objects.create(
            title=title,
            original_title=title,
            abstract=TITLE_VOCABULARY * 12,
            authors=["Ada Lovelace", "Emmy Noether", "Alan Turing", "Grace Hopper"],
            source="benchmark",
            code_url=f"https://code.example.org/paper-{position}",
            project_url=f"https://project.example.org/paper-{position}",
        )
        for topic in chance.sample(topics, 5):
            PaperTopic.objects.create(paper=paper, topic=topic, score=chance.uniform(0.1, 1))
        EditionPaper.objects.create(edition=edition, paper=paper, position=position)
    edition.publish(timezone.now())
    return topics


def generate_subscribers(number: int, topics: list[Topic], seed: int = 2) -> None:
    """Make this many due subscribers, each with their own topics, time zone and hour."""
    chance = random.Random(seed)  # noqa: S311 - for repeatable numbers, not for secrets
    now = timezone.now()
    for start in range(0, number, 5000):
        subscribers = Subscriber.objects.bulk_create(
            Subscriber(
                email=f"reader{index}@example.org",
                email_key=f"reader{index}@example.org",
                status=Status.ACTIVE,
                confirmed_at=now - timedelta(days=chance.randrange(1000)),
                next_digest_at=now - timedelta(minutes=1),
                time_zone=chance.choice(ZONES),
                local_time=time(chance.randrange(24)),
                max_papers=PAPERS_A_MAIL,
            )
            for index in range(start, min(start + 5000, number))
        )
        Follow.objects.bulk_create(
            Follow(subscriber=subscriber, topic=topic)
            for subscriber in subscribers
            for topic in chance.sample(topics, TOPICS_PER_SUBSCRIBER)
        )
    if connection.vendor == "postgresql":
        # As autovacuum does while readers sign up over time.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
