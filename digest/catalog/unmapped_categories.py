"""Source categories that are not mapped to a topic yet, and the topics they may belong to.

A source says what a paper is about in its own terms: arXiv's archives, MeSH headings, OpenAlex's concepts, a feed's
tags. Words and meaning give most papers topics anyway, so the papers that have a category tell what it is about.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from typing import NamedTuple

from django.db import transaction

from digest.catalog import tagging
from digest.models import Paper, PaperTopic
from subscriptions.models import Topic

# From the catalogue, so that the page stays fast: a few weeks of everything that comes in.
NEWEST_PAPERS = 20_000
# A category with fewer papers says too little.
_FEWEST_PAPERS = 3
MOST_CATEGORIES = 100
# A topic is suggested if this share of a category's papers has it, and if that is this many times the share among all.
_LEAST_SHARE, _LEAST_LIFT = 0.3, 2.0
MOST_SUGGESTIONS = 3
# How many papers are tagged again at once when a category is mapped: those that may still get into an edition.
RETAGGED_PAPERS = 2000


class Suggestion(NamedTuple):
    """A topic, and the share of a category's papers that already have it, from 0 to 1."""

    topic: Topic
    share: float


class UnmappedCategory(NamedTuple):
    """An unmapped category, how many of the newest papers have it, and the topics it may belong to."""

    name: str
    papers: int
    suggestions: list[Suggestion]


def unmapped_categories() -> list[UnmappedCategory]:
    """Return the unmapped categories of the newest papers: those with suggestions first, by number of papers."""
    papers = dict(Paper.objects.order_by("-pk").values_list("pk", "arxiv_categories")[:NEWEST_PAPERS])
    topics = Topic.objects.in_bulk()
    mapped = {name for topic in topics.values() for name in topic.arxiv_categories}
    carried_by: dict[str, list[int]] = defaultdict(list)
    for paper, names in papers.items():
        for name in set(names) - mapped:
            carried_by[name].append(paper)
    of_paper: dict[int, list[int]] = defaultdict(list)
    if papers:
        for paper, topic in PaperTopic.objects.filter(paper__gte=min(papers)).values_list("paper_id", "topic_id"):
            of_paper[paper].append(topic)
    usual = Counter(topic for paper in papers for topic in of_paper[paper])
    categories = [
        UnmappedCategory(name, len(keys), _suggestions(keys, of_paper, usual, topics, len(papers)))
        for name, keys in carried_by.items()
        if len(keys) >= _FEWEST_PAPERS
    ]
    categories.sort(key=lambda category: (not category.suggestions, -category.papers, category.name))
    return categories[:MOST_CATEGORIES]


def _suggestions(
    papers: Collection[int],
    of_paper: dict[int, list[int]],
    usual: Counter[int],
    topics: dict[int, Topic],
    number: int,
) -> list[Suggestion]:
    """Return the topics that papers of a category have more often than others, the most frequent first."""
    counts = Counter(topic for paper in papers for topic in of_paper[paper])
    shares = {topic: count / len(papers) for topic, count in counts.items()}
    likely = [
        Suggestion(topics[topic], share)
        for topic, share in shares.items()
        if share >= _LEAST_SHARE and share >= _LEAST_LIFT * usual[topic] / number
    ]
    # The narrow one before the broad one that it is part of: what counts for it counts for both.
    likely.sort(key=lambda one: (-round(one.share, 2), one.topic.parent_id is None, one.topic.name))
    return likely[:MOST_SUGGESTIONS]


def map_category(name: str, topic: int) -> int:
    """Let a category count for a topic (key); retag the newest papers that have it, and return how many."""
    return _change(name, topic, lambda names: names if name in names else [*names, name])


def unmap_category(name: str, topic: int) -> int:
    """Undo `map_category`."""
    return _change(name, topic, lambda names: [other for other in names if other != name])


def _change(name: str, topic: int, change: Callable[[list[str]], list[str]]) -> int:
    with transaction.atomic():
        row = Topic.objects.select_for_update().get(pk=topic)
        row.arxiv_categories = change(row.arxiv_categories)
        row.save(update_fields=["arxiv_categories"])
    newest = Paper.objects.order_by("-pk").values_list("pk", "arxiv_categories")[:NEWEST_PAPERS]
    keys = [paper for paper, names in newest if name in names][:RETAGGED_PAPERS]
    fields = "title", "abstract", "arxiv_categories", "embedding", "embedding_model"
    tagging.tag(Paper.objects.only(*fields).filter(pk__any_of=keys).iterator(chunk_size=tagging.TAGGING_BATCH))
    return len(keys)
