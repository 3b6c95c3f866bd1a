"""How planning uses what readers liked, disliked and opened."""

import pytest

from digest.community import user_profiles
from digest.models import Feedback, Profile
from digest.ranking.reasons import Reason
from digest.recommending import planning
from tests.support.factories import NOON, give_opinion, make_edition, make_embedded, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def digest_of(reader):
    planning.plan(NOON)
    return reader.deliveries.get()


def entries(reader):
    return digest_of(reader).content["papers"]


def test_a_paper_close_to_a_liked_one_comes_first_and_says_so():
    liked = make_embedded("Message passing in graph neural networks")
    close, far = (
        make_embedded("Graph neural networks with message passing"),
        make_embedded("Sourdough bread baked at home"),
    )
    make_edition(far, close)
    reader = make_subscriber()
    give_opinion(reader, liked)
    user_profiles.learn(reader.pk, NOON)

    first, second = entries(reader)
    assert first == [close.pk, Reason.LIKED, liked.title]
    assert second[0] == far.pk


def test_a_paper_close_to_one_that_was_only_opened_is_not_called_liked():
    opened = make_embedded("Message passing in graph neural networks")
    close, far = (
        make_embedded("Graph neural networks with message passing"),
        make_embedded("Sourdough bread baked at home"),
    )
    make_edition(far, close)
    reader = make_subscriber(may_note_opens_since=NOON)
    give_opinion(reader, opened, Feedback.Kind.OPENED)
    user_profiles.learn(reader.pk, NOON)

    assert entries(reader)[0] == [close.pk, Reason.OPENED, ""]


def test_a_paper_close_to_one_opened_and_liked_is_called_liked():
    liked = make_embedded("Message passing in graph neural networks")
    close, far = (
        make_embedded("Graph neural networks with message passing"),
        make_embedded("Sourdough bread baked at home"),
    )
    make_edition(far, close)
    reader = make_subscriber(may_note_opens_since=NOON)
    for kind in (Feedback.Kind.OPENED, Feedback.Kind.SAVED):
        give_opinion(reader, liked, kind)
    user_profiles.learn(reader.pk, NOON)

    assert entries(reader)[0] == [close.pk, Reason.LIKED, liked.title]


def test_a_paper_that_others_like_together_with_a_liked_one_comes_first():
    liked, together, other = make_paper(), make_paper(), make_paper()
    make_edition(other, together)
    reader = make_subscriber()
    for _ in range(6):
        someone = make_subscriber(next_digest_at=None, status="unsubscribed")
        give_opinion(someone, liked)
        give_opinion(someone, together)
    give_opinion(reader, liked)
    user_profiles.learn(reader.pk, NOON)

    assert entries(reader)[0] == [together.pk, Reason.LIKED, liked.title]


def test_a_reader_who_dislikes_everything_gets_a_digest():
    papers = [make_embedded(f"Graph neural networks, part {number}") for number in range(6)]
    make_edition(*papers[3:])
    reader = make_subscriber()
    for paper in papers[:3]:
        give_opinion(reader, paper, Feedback.Kind.LESS)
    user_profiles.learn(reader.pk, NOON)

    assert len(entries(reader)) == 3


def test_a_profile_with_another_versions_size_counts_as_none():
    paper = make_paper()
    make_edition(paper)
    reader = make_subscriber()
    Profile.objects.create(subscriber=reader, raw=b"12345", as_of=NOON)

    assert entries(reader) == [[paper.pk, Reason.EDITION, ""]]


def test_a_profile_with_deleted_papers_or_an_older_models_does_no_harm():
    old, deleted = make_paper(embedding=b"\x00" * 100, embedding_model="older"), make_paper()
    paper = make_embedded("Graphs")
    make_edition(paper)
    reader = make_subscriber()
    Profile.keep(reader.pk, [(old.pk, 1.0), (deleted.pk, 1.0)], NOON)
    deleted.delete()

    assert [key for key, *_ in entries(reader)] == [paper.pk]
