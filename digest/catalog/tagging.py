"""Which topics a paper is about: keywords, categories and meaning give a score for each topic, stored as PaperTopic."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from digest.catalog import embedding
from digest.models import Paper, PaperTopic
from digest.ranking import Floats
from subscriptions.models import Topic

# From this score on, a paper counts as being about the topic.
THRESHOLD = 0.3
TAGGING_BATCH = 500

# What a keyword adds to the evidence. Phrases are surer signs than single words.
IN_TITLE = 0.7
IN_ABSTRACT = 0.25
REPEATED_MENTION = 0.08
MOST_AGAIN = 4
SINGLE_WORD = 0.75
PRIMARY_CATEGORY = 0.5
OTHER_CATEGORY = 0.2
# What the embedding adds: in full if a paper is FULL_MEANING standard deviations closer to the topic than usual, and
# nothing up to NO_MEANING. On the seed page, 1 in 30 pairs that do not belong together reaches the latter.
MIN_TAG_SIMILARITY = 0.55
NO_MEANING, FULL_MEANING = 1.0, 3.0
CLOSEST_TOPICS, MEANING_BESIDE = 2, 0.6
# This many letters of a keyword tell whether it is worth looking for.
BEGINNING = 6
# With fewer topics there is no "usual".
FEWEST_TOPICS = 5


def score(title: str, abstract: str, categories: Sequence[str], topic: Topic, *, meaning: float = 0) -> float:
    """Return how much a paper is about a topic, from 0 to 1. meaning: see `meanings`, from 0 to 1.

    Each keyword adds evidence: most in the title, some in the abstract, a little more if it is repeated. So does each
    category, the primary one most, and so does a close meaning. Evidence saturates: 1 - e^-x.
    """
    evidence = MIN_TAG_SIMILARITY * meaning
    in_title, in_abstract = _counted(title, topic), _counted(abstract, topic)
    for keyword in in_title.keys() | in_abstract.keys():
        mentions = in_abstract.get(keyword, 0)
        points = IN_TITLE * (keyword in in_title) + IN_ABSTRACT * (mentions > 0)
        points += REPEATED_MENTION * min(max(mentions - 1, 0), MOST_AGAIN)
        evidence += points if " " in keyword or "-" in keyword else points * SINGLE_WORD
    for place, category in enumerate(categories):
        if category in topic.arxiv_categories:
            evidence += OTHER_CATEGORY if place else PRIMARY_CATEGORY
    return 1 - math.exp(-evidence)


def meanings(vectors: Floats, topics: Floats) -> Floats:
    """Return how close in meaning papers are to topics, from 0 to 1: (papers, topics).

    vectors: (papers, dimensions), topics: (topics, dimensions), of length 1, or 0 without an embedding. Measured
    against how close the topic is to others, and the paper to the other topics, because a vague text is close to many.
    """
    if len(topics) < FEWEST_TOPICS:
        return np.zeros((len(vectors), len(topics)), dtype=np.float32)
    among = topics @ topics.T
    others = among[~np.eye(len(topics), dtype=bool)].reshape(len(topics), -1)
    usual = (vectors @ topics.T - others.mean(axis=1)) / np.maximum(others.std(axis=1), 1e-3)
    closer = usual - usual.mean(axis=1, keepdims=True)
    share = np.clip((closer - NO_MEANING) / (FULL_MEANING - NO_MEANING), 0, 1)
    # For the closest topics, meaning is evidence enough; for others, a word or a category must say so too.
    least = np.sort(share, axis=1)[:, -CLOSEST_TOPICS][:, None]
    share = np.where(share >= least, share, np.minimum(share, MEANING_BESIDE))
    return np.where(vectors.any(axis=1, keepdims=True), share, 0).astype(np.float32)


def topic_vectors(topics: Sequence[Topic]) -> Floats:
    """Return a vector for each topic, from its name, description and keywords: (topics, dimensions)."""
    texts = [f"{topic.name}. {topic.description} {', '.join(map(str, topic.keywords))}" for topic in topics]
    return embedding.embedder().vectors(texts)


def tag(papers: Iterable[Paper], progress: Callable[[int], None] = lambda _: None) -> None:
    """Write the topics of these papers: rows above the threshold, no others. Rows that are right are not touched.

    `progress` gets how many papers are done after each batch.
    """
    topics = list(Topic.objects.all())
    vectors = topic_vectors(topics) if topics else np.zeros((0, 0), dtype=np.float32)
    remaining = iter(papers)
    count = 0
    while batch := list(islice(remaining, TAGGING_BATCH)):
        _tag_batch(batch, topics, vectors)
        count += len(batch)
        progress(count)


def without_embedding() -> QuerySet[Paper]:
    """Return the papers that the current model has not seen."""
    return Paper.objects.exclude(embedding_model=embedding.embedder().name).order_by("-pk")


def embed_missing(progress: Callable[[int], None] = lambda _: None) -> int:
    """Embed the papers that the current model has not seen, the newest first; return how many.

    If stopped halfway, it continues from there next time. `progress` gets how many are done after each batch.
    """
    keys = list(without_embedding().values_list("pk", flat=True))
    count = 0
    for begin in range(0, len(keys), embedding.EMBEDDING_BATCH):
        some = keys[begin : begin + embedding.EMBEDDING_BATCH]
        batch = list(Paper.objects.only("title", "abstract").filter(pk__any_of=some))
        embedding.embed(batch)
        Paper.objects.bulk_update(batch, ["embedding", "embedding_model"], batch_size=embedding.EMBEDDING_BATCH)
        count += len(batch)
        progress(count)
    return count


def tag_all(progress: Callable[[int], None] = lambda _: None) -> None:
    """Tag every paper again, for example after topics changed; first embed those the current model has not seen."""
    embed_missing()
    fields = "title", "abstract", "arxiv_categories", "embedding", "embedding_model"
    tag(Paper.objects.only(*fields).iterator(chunk_size=TAGGING_BATCH), progress)


def _tag_batch(papers: Sequence[Paper], topics: list[Topic], vectors: Floats) -> None:
    close = meanings(embedding.stacked([(paper.embedding, paper.embedding_model) for paper in papers]), vectors)
    scores: dict[tuple[int, int], float] = {}
    for paper, row in zip(papers, close.tolist(), strict=True):
        for topic, meaning in zip(topics, row, strict=True):
            points = score(paper.title, paper.abstract, paper.arxiv_categories, topic, meaning=meaning)
            if points >= THRESHOLD:
                # Readers who follow the broad topic follow everything that is part of it.
                for key in filter(None, (topic.pk, topic.parent_id)):
                    scores[paper.pk, key] = max(scores.get((paper.pk, key), 0), round(points, 4))
    with transaction.atomic():
        rows = PaperTopic.objects.filter(paper__in=[paper.pk for paper in papers])
        present = {(row.paper_id, row.topic_id): row for row in rows}
        obsolete = [row.pk for key, row in present.items() if key not in scores]
        if obsolete:
            PaperTopic.objects.filter(pk__in=obsolete).delete()
        changed = [row for key, row in present.items() if scores.get(key, row.score) != row.score]
        for row in changed:
            row.score = scores[row.paper_id, row.topic_id]
        PaperTopic.objects.bulk_update(changed, ["score"], batch_size=TAGGING_BATCH)
        new = scores.keys() - present.keys()
        PaperTopic.objects.bulk_create(
            [PaperTopic(paper_id=paper, topic_id=topic, score=scores[paper, topic]) for paper, topic in sorted(new)],
            batch_size=TAGGING_BATCH,
        )


def _counted(text: str, topic: Topic) -> dict[str, int]:
    """Return which of the topic's keywords are in the text, and how often."""
    keys = tuple(topic.keywords)
    counts: dict[str, int] = {}
    # For most topics, most texts contain the beginning of none of its keywords.
    present = _beginnings_in(text)
    if not any(beginnings <= present for beginnings in _beginnings(keys)):
        return counts
    pattern, keywords = _pattern(keys)
    for match in pattern.finditer(text) if keywords else ():
        keyword = keywords[int(str(match.lastgroup)[1:])]
        counts[keyword] = counts.get(keyword, 0) + 1
    return counts


@lru_cache(maxsize=1024)
def _beginnings(keywords: tuple[str, ...]) -> list[frozenset[str]]:
    """Return the letters that each keyword's words begin with; only the first word if it may be written as one."""
    words = (re.findall(r"\w+", keyword.casefold()) for keyword in keywords)
    each = ([*row[:1]] if "-" in keyword else row for row, keyword in zip(words, keywords, strict=True))
    return [frozenset(_stem(word)[:BEGINNING] for word in row) for row in each if row]


def _stem(word: str) -> str:
    """Return a word without the ending that may differ in its plural."""
    return next((word[: len(word) - len(end)] for end, _ in _PLURALS if word.endswith(end)), word)


@lru_cache(maxsize=8)
def _beginnings_in(text: str) -> frozenset[str]:
    """Return all beginnings of the words of a text, and of the parts after a sign in them."""
    words = set(re.findall(r"\w+", text.casefold()))
    return frozenset(word[:length] for word in words for length in range(BEGINNING + 1))


@lru_cache(maxsize=1024)
def _pattern(keywords: tuple[str, ...]) -> tuple[re.Pattern[str], list[str]]:
    """Return one pattern for all keywords, the longest first, and the keyword of each of its groups (k0, k1, ...)."""
    # The panel accepts anything: a keyword without a letter matches nothing.
    ordered = sorted((keyword for keyword in keywords if re.search(r"\w", keyword)), key=len, reverse=True)
    groups = (f"(?P<k{number}>{_words(keyword)})" for number, keyword in enumerate(ordered))
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)"), ordered


def _words(keyword: str) -> str:
    """Return the pattern of a keyword: whole words in any case, in the plural too, hyphened or not.

    A keyword in capitals is an acronym and matches capitals only: LIME is a method, lime a fruit.
    """
    # non-convex and nonconvex are one word; "low rank" is two.
    joint = r"[\s\-–]?" if "-" in keyword else r"[\s\-–]+"
    *first, last = re.split(r"[\s-]+", keyword.strip(" -"))
    pattern = joint.join([*map(re.escape, first), _singular_or_plural(last)])
    return pattern if keyword.isupper() else f"(?i:{pattern})"


def _singular_or_plural(word: str) -> str:
    """Return the pattern of a word and its plural."""
    for ending, endings in _PLURALS:
        if word.lower().endswith(ending):
            stem = word[: len(word) - len(ending)]
            return f"{re.escape(stem)}(?:{endings})"
    return f"{re.escape(word)}s?"


# Singular ending → both endings. The first that fits counts.
_PLURALS = [
    ("trix", "trix|trices"),
    ("sis", "sis|ses"),
    ("ay", "ays?"),
    ("ey", "eys?"),
    ("y", "y|ies"),
    ("s", "s(?:es)?"),
    ("x", "x(?:es)?"),
    ("ch", "ch(?:es)?"),
    ("sh", "sh(?:es)?"),
]
