"""One of each: plain functions that make what a test needs; every field can be set."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from digest.catalog import embedding
from digest.models import Delivery, Edition, EditionPaper, Feedback, Member, Paper, PaperIdentifier, PaperTopic
from subscriptions.models import Status, Subscriber, Topic

_numbers = count(1)

# A Thursday, and a time after its edition was published.
DAY = date(2025, 8, 21)
NOON = datetime(2025, 8, 21, 12, tzinfo=UTC)


def make_topic(name: str = "Graph learning", **fields: Any) -> Topic:
    slug = name.lower().replace(" ", "-")
    return Topic.objects.create(**{"name": name, "slug": slug, "description": f"All about {name}", **fields})


def make_paper(title: str = "", *, about: Topic | None = None, score: float = 0.8, **fields: Any) -> Paper:
    title = title or f"Paper number {next(_numbers)}"
    fields = {"abstract": f"The abstract of {title}.", "authors": ["Ada Lovelace"], "source": "seed", **fields}
    paper = Paper.objects.create(title=title, original_title=title, **fields)
    if about:
        PaperTopic.objects.create(paper=paper, topic=about, score=score)
    return paper


def make_edition(*papers: Paper, day: date = DAY, published: bool = True, **fields: Any) -> Edition:
    edition = Edition.objects.create(day=day, **fields)
    for position, paper in enumerate(papers):
        EditionPaper.objects.create(edition=edition, paper=paper, position=position)
    if published:
        edition.publish(datetime.combine(day, time(6), UTC))
    return edition


def make_subscriber(email: str = "", *, follows: list[Topic] | None = None, **fields: Any) -> Subscriber:
    """An active subscriber, due at NOON unless told otherwise."""
    fields = {"status": Status.ACTIVE, "next_digest_at": NOON, "confirmed_at": NOON, **fields}
    subscriber = Subscriber.objects.create(email=email or f"reader{next(_numbers)}@example.org", **fields)
    subscriber.follow(follows or [])
    return subscriber


def make_delivery(subscriber: Subscriber, edition: Edition, **fields: Any) -> Delivery:
    """A queued delivery of the edition's papers."""
    papers = [[paper.pk, "edition", ""] for paper in edition.papers.all()]
    fields = {"period": edition.day, "content": {"papers": papers, "of": len(papers)}, "not_before": NOON, **fields}
    return Delivery.objects.create(subscriber=subscriber, edition=edition, **fields)


def make_member(email: str = "", **fields: Any) -> Member:
    """A member who joined long before NOON."""
    fields = {"joined_at": NOON - timedelta(days=100), "sign_ins": 1, **fields}
    return Member.objects.create(email=email or f"member{next(_numbers)}@example.org", **fields)


def on_arxiv(paper: Paper, value: str) -> Paper:
    """Give a paper this arXiv ID, and return it."""
    PaperIdentifier.objects.create(paper=paper, scheme=PaperIdentifier.Scheme.ARXIV, value=value)
    return paper


def make_embedded(title: str, **fields: Any) -> Paper:
    """A paper with its embedding, and nothing but the title to embed."""
    paper = make_paper(title, **{"abstract": "", **fields})
    embedding.embed([paper])
    paper.save()
    return paper


def give_opinion(reader: Subscriber, paper: Paper, kind: str = Feedback.Kind.MORE, at: datetime = NOON) -> Feedback:
    """What a reader said about a paper: more like this, unless told otherwise."""
    return Feedback.objects.create(subscriber=reader, paper=paper, kind=kind, at=at)
