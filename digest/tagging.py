"""Which topics a paper is about: keywords, categories and meaning → a score for each topic → PaperTopic rows."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np
from django.db import transaction

from digest import embedding
from digest.models import Paper, PaperTopic
from digest.ranking.scoring import Floats
from subscriptions.models import Topic

# From here on a paper counts as one about the topic.
THRESHOLD = 0.3
BATCH = 500

# What a keyword adds to the evidence. Phrases are surer signs than single words.
IN_TITLE = 0.7
IN_ABSTRACT = 0.25
AGAIN = 0.08
MOST_AGAIN = 4
SINGLE_WORD = 0.75
PRIMARY_CATEGORY = 0.5
OTHER_CATEGORY = 0.2
# What the embedding adds, in full where a paper is by FULL_MEANING standard deviations closer to the topic than usual,
# and nothing up to NO_MEANING. On the seed page, 1 in 30 pairs that do not belong together reaches the latter.
MEANING = 0.55
NO_MEANING, FULL_MEANING = 1.0, 3.0
# With fewer topics there is no "usual".
FEWEST_TOPICS = 5


def score(title: str, abstract: str, categories: Sequence[str], topic: Topic, *, meaning: float = 0) -> float:
    """Return how much a paper is about a topic, from 0 to 1. meaning: see `meanings`, from 0 to 1.

    Each keyword adds evidence: most in the title, some in the abstract, a little more where it comes again; and so does
    each category, the primary one most; and so does a meaning that is close. Evidence saturates: 1 - e^-x.
    """
    evidence = MEANING * meaning
    in_title, in_abstract = _counted(title, topic), _counted(abstract, topic)
    for keyword in in_title.keys() | in_abstract.keys():
        mentions = in_abstract.get(keyword, 0)
        found = IN_TITLE * (keyword in in_title) + IN_ABSTRACT * (mentions > 0)
        found += AGAIN * min(max(mentions - 1, 0), MOST_AGAIN)
        evidence += found if " " in keyword or "-" in keyword else found * SINGLE_WORD
    for place, category in enumerate(categories):
        if category in topic.arxiv_categories:
            evidence += OTHER_CATEGORY if place else PRIMARY_CATEGORY
    return 1 - math.exp(-evidence)


def meanings(vectors: Floats, topics: Floats) -> Floats:
    """Return how close in meaning papers are to topics, from 0 to 1: (papers, topics).

    vectors: (papers, dimensions), topics: (topics, dimensions), of length 1, or 0 for what has no embedding. Measured
    against how close the topic is to others, and the paper to the other topics: a vague text is close to many.
    """
    if len(topics) < FEWEST_TOPICS:
        return np.zeros((len(vectors), len(topics)), dtype=np.float32)
    among = topics @ topics.T
    others = among[~np.eye(len(topics), dtype=bool)].reshape(len(topics), -1)
    usual = (vectors @ topics.T - others.mean(axis=1)) / np.maximum(others.std(axis=1), 1e-3)
    closer = usual - usual.mean(axis=1, keepdims=True)
    share = np.clip((closer - NO_MEANING) / (FULL_MEANING - NO_MEANING), 0, 1)
    return np.where(vectors.any(axis=1, keepdims=True), share, 0).astype(np.float32)


def topic_vectors(topics: Sequence[Topic]) -> Floats:
    """Return what each topic means, from its name, description and keywords: (topics, dimensions)."""
    texts = [f"{topic.name}. {topic.description} {', '.join(map(str, topic.keywords))}" for topic in topics]
    return embedding.embedder().vectors(texts)


def tag(papers: Iterable[Paper], progress: Callable[[int], None] = lambda _: None) -> None:
    """Write the topics of these papers: rows above the threshold, no others. What is right already is not touched.

    `progress` hears how many papers are done, batch by batch.
    """
    topics = list(Topic.objects.all())
    vectors = topic_vectors(topics) if topics else np.zeros((0, 0), dtype=np.float32)
    left = iter(papers)
    done = 0
    while batch := list(islice(left, BATCH)):
        _tag_batch(batch, topics, vectors)
        done += len(batch)
        progress(done)


def tag_all(progress: Callable[[int], None] = lambda _: None) -> None:
    """Tag every paper anew, as after a change of topics; first embed those that the present model has not seen."""
    missing = Paper.objects.exclude(embedding_model=embedding.embedder().name).only("title", "abstract")
    papers = missing.iterator(chunk_size=BATCH)
    while batch := list(islice(papers, BATCH)):
        embedding.embed(batch)
        Paper.objects.bulk_update(batch, ["embedding", "embedding_model"], batch_size=BATCH)
    fields = "title", "abstract", "arxiv_categories", "embedding", "embedding_model"
    tag(Paper.objects.only(*fields).iterator(chunk_size=BATCH), progress)


def _tag_batch(papers: Sequence[Paper], topics: list[Topic], vectors: Floats) -> None:
    close = meanings(embedding.stacked([(paper.embedding, paper.embedding_model) for paper in papers]), vectors)
    wanted = {}
    for paper, row in zip(papers, close.tolist(), strict=True):
        for topic, meaning in zip(topics, row, strict=True):
            points = score(paper.title, paper.abstract, paper.arxiv_categories, topic, meaning=meaning)
            if points >= THRESHOLD:
                wanted[paper.pk, topic.pk] = round(points, 4)
    with transaction.atomic():
        rows = PaperTopic.objects.filter(paper__in=[paper.pk for paper in papers])
        present = {(row.paper_id, row.topic_id): row for row in rows}
        gone = [row.pk for key, row in present.items() if key not in wanted]
        if gone:
            PaperTopic.objects.filter(pk__in=gone).delete()
        changed = [row for key, row in present.items() if wanted.get(key, row.score) != row.score]
        for row in changed:
            row.score = wanted[row.paper_id, row.topic_id]
        PaperTopic.objects.bulk_update(changed, ["score"], batch_size=BATCH)
        new = wanted.keys() - present.keys()
        PaperTopic.objects.bulk_create(
            [PaperTopic(paper_id=paper, topic_id=topic, score=wanted[paper, topic]) for paper, topic in sorted(new)],
            batch_size=BATCH,
        )


def _counted(text: str, topic: Topic) -> dict[str, int]:
    """Return which of the topic's keywords stand in the text, and how often."""
    pattern, keywords = _pattern(tuple(topic.keywords))
    counts: dict[str, int] = {}
    for found in pattern.finditer(text) if keywords else ():
        keyword = keywords[int(str(found.lastgroup)[1:])]
        counts[keyword] = counts.get(keyword, 0) + 1
    return counts


@lru_cache(maxsize=1024)
def _pattern(keywords: tuple[str, ...]) -> tuple[re.Pattern[str], list[str]]:
    """Return one pattern for all keywords, the longest first, and the keyword of each of its groups (k0, k1, ...)."""
    # The panel lets one write anything: a keyword without a letter matches nothing.
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
