"""What a digest can be chosen from, as arrays: the papers of editions, or any."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np
from django.db.models import Count, Max, Min, Sum

from digest import embedding
from digest.models import Edition, EditionPaper, Feedback, Paper, PaperTopic, Vote
from digest.ranking import diversity, scoring
from digest.ranking.choosing import Bools, Offer
from digest.ranking.scoring import Floats
from digest.ranking.words import texts_of
from subscriptions.models import Topic
from subscriptions.phrases import author_key, phrase_key

# What a reader needs for an abstract, with a breath before it.
WORDS_A_MINUTE = 230
A_BREATH = 0.25
# Against so many of the papers before them, papers are new or not.
BEFORE = 300


@dataclass(frozen=True)
class Candidates:
    """The papers one group of subscribers can get, in the curator's order, newest edition first."""

    editions: list[Edition]
    papers: list[int]
    pinned: Bools
    tags: Floats
    topics: list[Topic]
    votes: Floats = field(default_factory=lambda: scoring.NOTHING)

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
        found = Paper.objects.only(*fields).in_bulk(self.papers)
        return [found[paper] for paper in self.papers]

    @cached_property
    def vectors(self) -> Floats:
        """Their embeddings: (papers, dimensions)."""
        return embedding.stacked([(paper.embedding, paper.embedding_model) for paper in self.rows])

    @cached_property
    def texts(self) -> list[str]:
        """What of them is searched for words."""
        return texts_of([paper.title for paper in self.rows], [paper.abstract for paper in self.rows])

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
        return (np.array(words) / WORDS_A_MINUTE + A_BREATH).astype(np.float32)

    @cached_property
    def sent_since(self) -> datetime | None:
        """When a digest first brought one of them that stands in an edition now; None where that never happened."""
        sent = Paper.objects.filter(pk__in=self.papers, entry__isnull=False, sent_at__isnull=False)
        first: datetime | None = sent.aggregate(first=Min("sent_at"))["first"]
        return first

    @cached_property
    def arrays(self) -> Offer:
        """All of it that ranking needs."""
        same, is_one = diversity.sameness(self.vectors), len(self.editions) == 1
        return Offer(self.tags, self.pinned, same, self.votes, self._novelty(), is_one)

    def _novelty(self) -> Floats:
        """Return how unlike the papers before it each paper is, from 0 to 1: (1, papers)."""
        oldest = min(self.papers, default=0)
        before = Paper.objects.filter(pk__lt=oldest).exclude(embedding=None).order_by("-pk")
        vectors = embedding.stacked(list(before.values_list("embedding", "embedding_model")[:BEFORE]))
        nearest = (self.vectors @ vectors.T).max(axis=1, initial=0)
        return np.where(self.vectors.any(axis=1), 1 - nearest, 0).astype(np.float32)[None, :]


def candidates(seen_until: datetime | None, now: datetime | None = None, until: datetime | None = None) -> Candidates:
    """Return what stands in the editions published since, up to `until` where given; the latest for someone new."""
    published = Edition.objects.published()
    if until:
        published = published.filter(published_at__lte=until)
    editions = list(published.filter(published_at__gt=seen_until) if seen_until else published[:1])
    return offer_of(editions, now)


def offer_of(editions: list[Edition], now: datetime | None = None) -> Candidates:
    """Return what stands in these editions, newest first, whether they are out or not."""
    order = {edition.pk: index for index, edition in enumerate(editions)}
    rows = (
        EditionPaper.objects.shown()
        .filter(edition__in=editions, paper__withdrawn_at=None)
        .values_list("edition_id", "paper_id", "placement")
    )
    entries = sorted(rows, key=lambda row: order[row[0]])
    papers = [paper for _, paper, _ in entries]
    pinned = np.array([placement == EditionPaper.Placement.PINNED for *_, placement in entries], dtype=np.bool_)
    return replace(offered(papers, now), editions=editions, pinned=pinned)


def offered(papers: Sequence[int], now: datetime | None) -> Candidates:
    """Return papers (keys) as an offer, in their order, with their topics and votes; no edition, nothing pinned."""
    topics = list(Topic.objects.order_by("pk"))
    tags = np.zeros((len(papers), len(topics)), dtype=np.float32)
    row = {paper: index for index, paper in enumerate(papers)}
    column = {topic.pk: index for index, topic in enumerate(topics)}
    for paper, topic, value in PaperTopic.objects.filter(paper__in=papers).values_list("paper_id", "topic_id", "score"):
        tags[row[paper], column[topic]] = value
    return Candidates([], list(papers), np.zeros(len(papers), np.bool_), tags, topics, _votes(papers, now))


def _votes(papers: Sequence[int], now: datetime | None) -> Floats:
    """Return what votes and readers' likes of each paper weigh, from 0 to 1: (1, papers).

    Their age is that of the last one.
    """
    likes = Feedback.objects.filter(paper__in=papers, kind__in=LIKES).values("paper")
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
    return scoring.votes(count, np.where(np.isinf(age), 0, age))


# What counts as a like.
LIKES = (Feedback.Kind.MORE, Feedback.Kind.SAVED)
