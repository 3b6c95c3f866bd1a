"""Candidates: the papers a digest can be selected from, from editions or recently imported, as arrays."""

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
from subscriptions.author_matching import author_key
from subscriptions.models import Topic
from subscriptions.phrases import phrase_key

# What counts as a like.
LIKE_KINDS = (Feedback.Kind.MORE, Feedback.Kind.SAVED)
# Reading speed for abstracts, and the time each takes on top of its words.
WORDS_A_MINUTE = 230
MINUTES_EACH = 0.25
# Novelty is measured against this many of the papers that came before.
NOVELTY_WINDOW = 300
# At most this many papers, newest first, up to this age: older ones are dropped even if a reader never got them.
MAX_CANDIDATES = 5000
MAX_AGE = timedelta(days=14)
NEW_SUBSCRIBER_WINDOW = timedelta(days=3)
# An import may still be working on papers that came in a moment ago, so they wait for the next digest.
SETTLING_TIME = timedelta(minutes=10)


@dataclass(frozen=True)
class CandidateSet:
    """Candidate set for one group of subscribers, in the curator's order, newest edition first."""

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
        """When the most recent of the editions was published."""
        return max((edition.published_at for edition in self.editions if edition.published_at), default=None)

    @cached_property
    def rows(self) -> list[Paper]:
        """The papers with their text, in the order of `papers`."""
        fields = "title", "abstract", "authors", "embedding", "embedding_model"
        by_key = Paper.objects.only(*fields).in_bulk(self.papers)
        return [by_key[paper] for paper in self.papers]

    @cached_property
    def vectors(self) -> Floats:
        """The papers' embeddings: (papers, dimensions)."""
        return embedding.stacked([(paper.embedding, paper.embedding_model) for paper in self.rows])

    @cached_property
    def texts(self) -> list[str]:
        """The text of each paper that is searched for words."""
        return document_texts([paper.title for paper in self.rows], [paper.abstract for paper in self.rows])

    @cached_property
    def phrase_texts(self) -> list[str]:
        """The texts, normalised by `phrase_key`."""
        return [phrase_key(text) for text in self.texts]

    @cached_property
    def by_author(self) -> dict[str, list[int]]:
        """Author's key → indices of their papers."""
        places = defaultdict(list)
        for place, paper in enumerate(self.rows):
            for name in paper.authors:
                places[author_key(str(name))].append(place)
        return dict(places)

    @cached_property
    def minutes(self) -> Floats:
        """Reading time of each paper: (papers,), in minutes."""
        words = [len(text.split()) for text in self.texts]
        return (np.array(words) / WORDS_A_MINUTE + MINUTES_EACH).astype(np.float32)

    @cached_property
    def sent_since(self) -> datetime | None:
        """When a digest first contained one of the papers that is in an edition now; None if that never happened."""
        sent = Paper.objects.filter(pk__in=self.papers, entry__isnull=False, sent_at__isnull=False)
        first: datetime | None = sent.aggregate(first=Min("sent_at"))["first"]
        return first

    @cached_property
    def arrays(self) -> CandidateFeatures:
        """The arrays that ranking needs."""
        penalties, is_single = redundancy(self.vectors), len(self.editions) == 1
        return CandidateFeatures(self.tags, self.pinned, penalties, self.votes, self._novelty(), is_single)

    def _novelty(self) -> Floats:
        """Return how different each paper is from those before it, from 0 to 1: (1, papers)."""
        oldest = min(self.papers, default=0)
        before = Paper.objects.filter(pk__lt=oldest).exclude(embedding=None).order_by("-pk")
        vectors = embedding.stacked(list(before.values_list("embedding", "embedding_model")[:NOVELTY_WINDOW]))
        nearest = (self.vectors @ vectors.T).max(axis=1, initial=0)
        return np.where(self.vectors.any(axis=1), 1 - nearest, 0).astype(np.float32)[None, :]


def candidates_from_editions(
    seen_until: datetime | None, now: datetime | None = None, until: datetime | None = None
) -> CandidateSet:
    """Return the candidates of the editions published since, up to `until`; only the latest one for a new reader."""
    published = Edition.objects.published()
    if until:
        published = published.filter(published_at__lte=until)
    editions = list(published.filter(published_at__gt=seen_until) if seen_until else published[:1])
    return candidates_in(editions, now)


def candidates_in(editions: list[Edition], now: datetime | None = None) -> CandidateSet:
    """Return the candidates of these editions, newest first, published or not."""
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
    """Return papers (keys) as candidates, in the given order, with topics and votes; no edition, nothing pinned."""
    topics = list(Topic.objects.order_by("pk"))
    tags = np.zeros((len(papers), len(topics)), dtype=np.float32)
    row = {paper: index for index, paper in enumerate(papers)}
    column = {topic.pk: index for index, topic in enumerate(topics)}
    for paper, topic, value in PaperTopic.objects.filter(paper__in=papers).values_list("paper_id", "topic_id", "score"):
        tags[row[paper], column[topic]] = value
    return CandidateSet([], list(papers), np.zeros(len(papers), np.bool_), tags, topics, _votes(papers, now))


def recent_candidates(since: datetime | None, edition: Sequence[int], now: datetime) -> CandidateSet:
    """Return the uncurated papers that came in since as candidates, plus the edition papers (keys) of a digest.

    Papers in a draft come with their edition. since: up to when papers were candidates last time; None for a new
    reader.
    """
    earliest = max(since, now - MAX_AGE) if since else now - NEW_SUBSCRIBER_WINDOW
    uncurated = Paper.objects.uncurated().filter(created_at__gt=earliest, created_at__lte=settled_until(now))
    newest = uncurated.order_by("-created_at", "-pk").values_list("pk", flat=True)[:MAX_CANDIDATES]
    keys = tuple(dict.fromkeys([*newest, *edition]))[:MAX_CANDIDATES]
    return _cached_candidates(keys, now.replace(minute=0, second=0, microsecond=0))


def settled_until(now: datetime) -> datetime:
    """Return the time up to which incoming papers are candidates."""
    return now - SETTLING_TIME


@lru_cache(maxsize=2)
def _cached_candidates(papers: tuple[int, ...], hour: datetime) -> CandidateSet:
    """Return papers as candidates, votes as of this hour; cached because the batches of one planning run share them."""
    return candidates_from_papers(papers, hour)


def clear_recent_candidates() -> None:
    """Clear the cache, so that the next digest reads the papers again, even within the hour."""
    _cached_candidates.cache_clear()


def _votes(papers: Sequence[int], now: datetime | None) -> Floats:
    """Return the weight of each paper's votes and likes, from 0 to 1: (1, papers).

    Their age is the age of the newest one.
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
