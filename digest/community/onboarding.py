"""Onboarding: the papers whose answers say most about a new reader, and the topics that the answers imply."""

from collections.abc import Mapping, Sequence

import numpy as np

from digest.models import Feedback, PaperTopic
from digest.ranking import Floats

# As many as people can look at in a minute.
QUESTIONS = 8
# For each liked paper, this many topics are taken as the reason.
TOPICS_EACH = 2


def onboarding_papers(tags: Floats, number: int = QUESTIONS) -> list[int]:
    """Return the rows of the papers that differ most from each other: at most `number`, in the order found.

    tags: (papers, topics), the score of each tag. The first is the paper with the highest total score; each next one is
    the farthest from all before it, so that every topic comes up before one comes up twice.
    """
    about_something = np.flatnonzero(tags.any(axis=1))
    if not len(about_something):
        return list(range(min(number, len(tags))))
    chosen = [int(about_something[tags[about_something].sum(axis=1).argmax()])]
    nearest = np.linalg.norm(tags - tags[chosen[0]], axis=1)
    nearest[~tags.any(axis=1)] = 0
    while len(chosen) < number and nearest.max() > 0:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(tags - tags[chosen[-1]], axis=1))
    return chosen


def topics_of(answers: Mapping[int, str]) -> list[int]:
    """Return the topics (keys) that the answers imply, strongest first: those of liked but not of disliked papers."""
    points: dict[int, float] = {}
    against = set()
    for paper, tags in _strongest(list(answers)).items():
        if answers[paper] == Feedback.Kind.MORE:
            for topic, score in tags:
                points[topic] = points.get(topic, 0) + score
        else:
            against |= {topic for topic, _ in tags[:1]}
    return sorted(points.keys() - against, key=lambda topic: (-points[topic], topic))


def _strongest(papers: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
    """Return the strongest topics of each paper, with their scores."""
    strongest: dict[int, list[tuple[int, float]]] = {}
    rows = PaperTopic.objects.filter(paper__in=papers).order_by("-score", "topic_id")
    for paper, topic, score in rows.values_list("paper_id", "topic_id", "score"):
        tags = strongest.setdefault(paper, [])
        if len(tags) < TOPICS_EACH:
            tags.append((topic, score))
    return strongest
