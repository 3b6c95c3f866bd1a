"""Candidates: the papers a digest can be selected from, of editions or whatever came in lately, as arrays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

import numpy as np
from django.db.models import Count, Max, Min, Sum

from digest.catalog import embedding
from digest.models import Edition, EditionPaper, Feedback, Paper, PaperTopic, Vote
from digest.ranking import ZERO, Bools, CandidateFeatures, Floats, redundancy, vote_score
from digest.ranking.tfidf import document_texts
from subscriptions.models import Topic
from subscriptions.phrases import author_key, phrase_key

# What counts as a like.
LIKE_KINDS = (Feedback.Kind.MORE, Feedback.Kind.SAVED)
# How fast an abstract is read, and what each takes beside its words.
WORDS_A_MINUTE = 230
MINUTES_EACH = 0.25
# Against so many of the papers before them, papers are new or not.
NOVELTY_WINDOW = 300
# At most so many papers, the newest, and of so many days: what is older waits for nobody.
MAX_CANDIDATES = 5000
MAX_AGE = timedelta(days=14)
NEW_SUBSCRIBER_WINDOW = timedelta(days=3)
# An import may still be at work on what came in a moment ago: that waits for the next digest.
SETTLING_TIME = timedelta(minutes=10)


@dataclass(frozen=True)
class CandidateSet:
    """Candidate set of one group of subscribers, in the curator's order, newest edition first."""

    editions: list[Edition]
    papers: list[int]
    pinned: Bools
    tags: Floats
    topics: list[Topic]
    votes: Floats = field(default_factory=lambda: ZERO)

    @property
    def newest(self) -> Edition | None:
        """The latest of the editions, by day."""
        return self.editions[0] if self.editions else None

    @property
    def seen_until(self) -> datetime | None:
        """When the last of the editions was published."""
        return max((edition.published_at for edition in self.editions if edition.published_at), default=None)

    @cached_property
    def rows(self) -> list[Paper]:
        """The papers with their text, in the order of `papers`."""
        fields = "title", "abstract", "authors", "embedding", "embedding_model"
        by_key = Paper.objects.only(*fields).in_bulk(self.papers)
        return [by_key[paper] for paper in self.papers]

    @cached_property
    def vectors(self) -> Floats:
        """Their embeddings: (papers, dimensions)."""
        return embedding.stacked([(paper.embedding, paper.embedding_model) for paper in self.rows])

    @cached_property
    def texts(self) -> list[str]:
        """What of them is searched for words."""
        return document_texts([paper.title for paper in self.rows], [paper.abstract for paper in self.rows])

    @cached_property
    def phrase_texts(self) -> list[str]:
        """Their texts in the form of `phrase_key`."""
        return [phrase_key(text) for text in self.texts]

    @cached_property
    def by_author(self) -> dict[str, list[int]]:
        """Author's key → places of their papers."""
        places = defaultdict(list)
        for place, paper in enumerate(self.rows):
            for name in paper.authors:
                places[author_key(str(name))].append(place)
        return dict(places)

    @cached_property
    def minutes(self) -> Floats:
        """How long it takes to read of each paper: (papers,), in minutes."""
        words = [len(text.split()) for text in self.texts]
        return (np.array(words) / WORDS_A_MINUTE + MINUTES_EACH).astype(np.float32)

    @cached_property
    def sent_since(self) -> datetime | None:
        """When a digest first brought one of them that stands in an edition now; None where that never happened."""
        sent = Paper.objects.filter(pk__in=self.papers, entry__isnull=False, sent_at__isnull=False)
        first: datetime | None = sent.aggregate(first=Min("sent_at"))["first"]
        return first

    @cached_property
    def arrays(self) -> CandidateFeatures:
        """All of it that ranking needs."""
        penalties, is_single = redundancy(self.vectors), len(self.editions) == 1
        return CandidateFeatures(self.tags, self.pinned, penalties, self.votes, self._novelty(), is_single)

    def _novelty(self) -> Floats:
        """Return how unlike the papers before it each paper is, from 0 to 1: (1, papers)."""
        oldest = min(self.papers, default=0)
        before = Paper.objects.filter(pk__lt=oldest).exclude(embedding=None).order_by("-pk")
        vectors = embedding.stacked(list(before.values_list("embedding", "embedding_model")[:NOVELTY_WINDOW]))
        nearest = (self.vectors @ vectors.T).max(axis=1, initial=0)
        return np.where(self.vectors.any(axis=1), 1 - nearest, 0).astype(np.float32)[None, :]


def candidates_from_editions(
    seen_until: datetime | None, now: datetime | None = None, until: datetime | None = None
) -> CandidateSet:
    """Return the candidates of the editions published since, up to `until`; for someone new, of the latest alone."""
    published = Edition.objects.published()
    if until:
        published = published.filter(published_at__lte=until)
    editions = list(published.filter(published_at__gt=seen_until) if seen_until else published[:1])
    return candidates_in(editions, now)


def candidates_in(editions: list[Edition], now: datetime | None = None) -> CandidateSet:
    """Return the candidates of these editions, newest first, whether they are published or not."""
    order = {edition.pk: index for index, edition in enumerate(editions)}
    rows = (
        EditionPaper.objects.shown()
        .filter(edition__in=editions, paper__withdrawn_at=None)
        .values_list("edition_id", "paper_id", "placement")
    )
    entries = sorted(rows, key=lambda row: order[row[0]])
    papers = [paper for _, paper, _ in entries]
    pinned = np.array([placement == EditionPaper.Placement.PINNED for *_, placement in entries], dtype=np.bool_)
    return replace(candidates_from_papers(papers, now), editions=editions, pinned=pinned)


def candidates_from_papers(papers: Sequence[int], now: datetime | None) -> CandidateSet:
    """Return papers (keys) as candidates, in their order, with their topics and votes; no edition, nothing pinned."""
    topics = list(Topic.objects.order_by("pk"))
    tags = np.zeros((len(papers), len(topics)), dtype=np.float32)
    row = {paper: index for index, paper in enumerate(papers)}
    column = {topic.pk: index for index, topic in enumerate(topics)}
    for paper, topic, value in PaperTopic.objects.filter(paper__in=papers).values_list("paper_id", "topic_id", "score"):
        tags[row[paper], column[topic]] = value
    return CandidateSet([], list(papers), np.zeros(len(papers), np.bool_), tags, topics, _votes(papers, now))


def recent_candidates(since: datetime | None, edition: Sequence[int], now: datetime) -> CandidateSet:
    """Return the uncurated papers that came in since as candidates, with those of the editions (keys) of a digest.

    What stands in a draft comes with its edition. since: up to when they were candidates before; None for somebody
    new.
    """
    earliest = max(since, now - MAX_AGE) if since else now - NEW_SUBSCRIBER_WINDOW
    uncurated = Paper.objects.uncurated().filter(created_at__gt=earliest, created_at__lte=settled_until(now))
    newest = uncurated.order_by("-created_at", "-pk").values_list("pk", flat=True)[:MAX_CANDIDATES]
    keys = tuple(dict.fromkeys([*newest, *edition]))[:MAX_CANDIDATES]
    return _cached_candidates(keys, now.replace(minute=0, second=0, microsecond=0))


def settled_until(now: datetime) -> datetime:
    """Return up to when the papers that came in are candidates."""
    return now - SETTLING_TIME


@lru_cache(maxsize=2)
def _cached_candidates(papers: tuple[int, ...], hour: datetime) -> CandidateSet:
    """Return papers as candidates, votes as of this hour; cached, for the batches of one planning share them."""
    return candidates_from_papers(papers, hour)


def clear_recent_candidates() -> None:
    """Read the papers anew for the next digest, within the hour too."""
    _cached_candidates.cache_clear()


def _votes(papers: Sequence[int], now: datetime | None) -> Floats:
    """Return what votes and readers' likes of each paper weigh, from 0 to 1: (1, papers).

    Their age is that of the last one.
    """
    likes = Feedback.objects.filter(paper__in=papers, kind__in=LIKE_KINDS).values("paper")
    votes = Vote.objects.filter(paper__in=papers).values("paper").order_by()
    count, age = np.zeros(len(papers), dtype=np.float32), np.full(len(papers), np.inf, dtype=np.float32)
    place = {paper: index for index, paper in enumerate(papers)}
    for row in (
        *likes.annotate(weight=Count("subscriber", distinct=True), last=Max("at")),
        *votes.annotate(weight=Sum("weight"), last=Max("created_at")),
    ):
        count[place[row["paper"]]] += row["weight"]
        days = (now - row["last"]).total_seconds() / 86_400 if now else 0
        age[place[row["paper"]]] = min(days, age[place[row["paper"]]])
    return vote_score(count, np.where(np.isinf(age), 0, age))
