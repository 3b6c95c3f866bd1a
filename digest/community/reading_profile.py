"""What a reading list suggests about its reader: topics, authors to follow, and papers to build their profile from.

These are only suggestions: nothing is stored until the reader agrees.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from digest.catalog import embedding, tagging
from digest.catalog.bibliography import Bibliography, match_known
from digest.models import Paper, PaperTopic
from digest.models.profile import MAX_PROFILE_ENTRIES
from digest.ranking import Floats
from digest.sources.record import PaperRecord
from subscriptions.author_matching import author_key
from subscriptions.models import Topic

MOST_TOPICS, MOST_AUTHORS = 6, 9
# A topic is suggested if at least this share of the papers, and at least this many of them, are about it.
LEAST_SHARE, FEWEST_PAPERS = 0.06, 2
# An author is suggested who wrote at least this many of them, or FEWEST_OF_MANY if there are more than MANY.
FEWEST_BY_AUTHOR, FEWEST_OF_MANY, MANY = 2, 3, 60
# How many entries that are not in the catalogue are tagged to find their topics, newest first.
MOST_TAGGED = 150


@dataclass(frozen=True)
class ReadingProfile:
    """How many entries were read and how many are known, and the suggestions."""

    entries: int = 0
    in_catalogue: int = 0
    topics: list[Topic] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    # The papers (keys) that represent all of them, best first.
    papers: list[int] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def reading_profile(bibliography: Bibliography, *, by_reader: bool) -> ReadingProfile:
    """Return what a bibliography suggests. by_reader: the reader wrote these papers."""
    records = bibliography.records
    matches = match_known(records)
    keys = list(dict.fromkeys(matches.values()))
    papers = list(Paper.objects.filter(pk__any_of=keys).defer("abstract", "original_abstract", "original_title"))
    papers.sort(key=lambda paper: (paper.published_at or paper.created_at, paper.pk), reverse=True)
    unknown = [record for place, record in enumerate(records) if place not in matches]
    names = [list(paper.authors) for paper in papers] + [list(record.authors) for record in unknown]
    vectors = embedding.stacked([(paper.embedding, paper.embedding_model) for paper in papers])
    chosen = representative_papers([paper.pk for paper in papers], vectors)
    return ReadingProfile(
        len(records),
        len(keys),
        _topics(keys, unknown),
        _authors(names, by_reader=by_reader),
        chosen,
        bibliography.skipped,
    )


def representative_papers(newest_first: Sequence[int], vectors: Floats, most: int = MAX_PROFILE_ENTRIES) -> list[int]:
    """Return at most `most` papers (keys): half of them the newest, half those least like the ones already chosen."""
    if len(newest_first) <= most:
        return list(newest_first)
    chosen = list(range(most // 2))
    nearest = (vectors @ vectors[chosen].T).max(axis=1)
    while len(chosen) < most:
        nearest[chosen] = np.inf
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return [newest_first[place] for place in chosen]


def weights_of(papers: Sequence[int]) -> dict[int, float]:
    """Return the weight of each of these papers, given best first: later ones weigh less."""
    return {paper: 1 / (1 + math.log10(place)) for place, paper in enumerate(papers, start=1)}


def _topics(keys: Sequence[int], unknown: Sequence[PaperRecord]) -> list[Topic]:
    """Return the topics that many of the papers are about, most frequent first."""
    about: Counter[int] = Counter()
    rows = PaperTopic.objects.filter(paper__any_of=keys).values_list("paper_id", "topic_id")
    about.update(topic for _, topic in rows)
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    newest = sorted((record for record in unknown if record.title), key=_age)[:MOST_TAGGED]
    vectors = embedding.embedder().vectors([f"{record.title}\n{record.abstract}" for record in newest])
    means = (
        tagging.meanings(vectors, tagging.topic_vectors(list(topics.values())))
        if topics and newest
        else np.zeros((0, 0))
    )
    for record, row in zip(newest, means.tolist(), strict=True) if topics else ():
        for topic, meaning in zip(topics.values(), row, strict=True):
            points = tagging.score(record.title, record.abstract, record.categories, topic, meaning=meaning)
            about[topic.pk] += points >= tagging.THRESHOLD
    number = len(keys) + len(newest)
    least = 1 if number < FEWEST_PAPERS else max(FEWEST_PAPERS, LEAST_SHARE * number)
    return [topics[key] for key, papers in about.most_common(MOST_TOPICS) if papers >= least and key in topics]


def _age(record: PaperRecord) -> float:
    return -record.published_at.timestamp() if record.published_at else math.inf


def _authors(names: Sequence[Sequence[str]], *, by_reader: bool) -> list[str]:
    """Return authors of several of the papers, most frequent first; for the reader's own papers, their co-authors."""
    papers_by: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    for of_paper in names:
        keys = {author_key(name): name for name in of_paper if author_key(name)}
        papers_by.update(list(keys))
        spellings |= {key: max(name, spellings.get(key, ""), key=len) for key, name in keys.items()}
    least = FEWEST_OF_MANY if len(names) > MANY else FEWEST_BY_AUTHOR
    # The readers themselves are on nearly all of their own papers, and need not follow themselves.
    too_many = 0.6 * len(names) if by_reader else math.inf
    several = [key for key, papers in papers_by.most_common() if least <= papers <= too_many]
    return [spellings[key] for key in several[:MOST_AUTHORS]]
