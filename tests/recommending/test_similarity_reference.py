"""What papers are compared with: frozen for a day, whether there are no readers, few or many."""

from datetime import timedelta

import pytest

from digest.models import Feedback
from digest.ranking import tfidf
from digest.recommending import similarity_reference as reference
from tests.support.factories import NOON, give_opinion, make_embedded, make_subscriber

pytestmark = pytest.mark.django_db
YESTERDAY = NOON - timedelta(days=1)


def papers_about(subject, number):
    return [make_embedded(f"{subject} {subject[:2]}{place}") for place in range(number)]


def likes(reader, papers, at=YESTERDAY):
    for paper in papers:
        give_opinion(reader, paper, Feedback.Kind.SAVED, at=at)


def for_whom(measured, text):
    counts = tfidf.term_counts([text])
    return measured.audience.of_papers(measured.term_weights.vectors(counts))[0]


def test_a_paper_no_one_has_seen_suits_readers_who_liked_similar_papers():
    graphs, bread, _ = (papers_about(subject, 8) for subject in ("graph networks", "bread ovens", "distant stars"))
    for papers in (graphs, bread):
        likes(make_subscriber(), papers[:5])

    measured = reference.similarity_reference(NOON)

    new, alike, other = (
        for_whom(measured, text) for text in ("graph networks now", "on graph networks", "bread ovens")
    )
    assert new @ alike == pytest.approx(1)
    assert new @ other == 0


def test_likes_count_from_the_next_day_on_and_the_same_all_day():
    papers = papers_about("graph networks", 4)
    likes(make_subscriber(), papers, at=NOON)

    assert reference.similarity_reference(NOON).audience.tastes.shape[0] == 0
    assert reference.similarity_reference(NOON + timedelta(days=1)).audience.tastes.shape[0] == 1


def test_nothing_is_measured_again_within_a_day(django_assert_num_queries):
    papers_about("graph networks", 4)
    first = reference.similarity_reference(NOON)

    with django_assert_num_queries(1):
        assert reference.similarity_reference(NOON + timedelta(hours=3)) is first


def test_a_young_catalogue_is_measured_again_once_it_has_grown(monkeypatch):
    monkeypatch.setattr(reference, "GROWTH", 3)
    first = reference.similarity_reference(NOON)

    papers_about("graph networks", 4)

    assert len(first.whitening.sample) == 0
    assert len(reference.similarity_reference(NOON).whitening.sample) == 4


def test_the_number_of_readers_and_papers_is_bounded(monkeypatch):
    monkeypatch.setattr(reference, "MAX_AUDIENCE", 2)
    monkeypatch.setattr(reference, "MAX_LIKED_PAPERS", 5)
    papers = papers_about("graph networks", 8)
    for number in (3, 4, 5):
        likes(make_subscriber(), papers[:number])

    audience = reference.similarity_reference(NOON).audience

    assert audience.tastes.shape[0] == 2


def test_dislikes_and_opens_say_nothing_about_whom_a_paper_suits():
    papers = papers_about("graph networks", 4)
    reader = make_subscriber()
    for paper, kind in zip(papers, [Feedback.Kind.LESS, Feedback.Kind.OPENED] * 2, strict=True):
        give_opinion(reader, paper, kind, at=YESTERDAY)

    assert reference.similarity_reference(NOON).audience.tastes.shape[0] == 0
