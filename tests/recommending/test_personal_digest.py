"""How planning uses weights, rules, authors and profiles."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.community import votes
from digest.models import Delivery, Feedback, Profile
from digest.models.snapshot import components_in
from digest.ranking.reasons import Reason
from digest.recommending import features, planning, selection
from subscriptions.models import AuthorFollow, Rule, Weight
from tests.support.factories import (
    DAY,
    NOON,
    give_opinion,
    make_edition,
    make_embedded,
    make_member,
    make_paper,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db


def digest_of(reader):
    planning.plan(NOON)
    return reader.deliveries.get()


def entries(reader):
    return digest_of(reader).content["papers"]


def follow_phrase(reader, phrase, kind=Rule.Kind.FOLLOW):
    Rule.objects.create(subscriber=reader, kind=kind, phrase=phrase)


def test_a_topic_set_to_more_comes_first_and_one_set_to_never_stays_out():
    more, normal, never = make_topic("More"), make_topic("Normal"), make_topic("Never")
    first, second = make_paper(about=more, score=0.5), make_paper(about=normal, score=0.6)
    make_edition(second, make_paper(about=never), first)
    reader = make_subscriber(follows=[more, normal, never])
    reader.follows.filter(topic=more).update(weight=Weight.MORE)
    reader.follows.filter(topic=never).update(weight=Weight.NEVER)

    assert [paper for paper, *_ in entries(reader)] == [first.pk, second.pk]


def test_a_phrase_is_found_as_whole_words_in_title_or_abstract_and_named_in_the_reason():
    title, abstract = make_paper("On Optimal Transport"), make_paper(abstract="We use optimal\ntransport here.")
    make_edition(title, abstract, make_paper("Suboptimal transportation"))
    reader = make_subscriber()
    follow_phrase(reader, "Optimal  transport")

    assert entries(reader) == [
        [title.pk, Reason.KEYWORD, "Optimal  transport"],
        [abstract.pk, Reason.KEYWORD, "Optimal  transport"],
    ]


@pytest.mark.parametrize("phrase", ["gr.ph", "(graph", "[a-z]+", "graph|bread", "\\w+", "*"])
def test_a_pattern_is_treated_as_text(phrase):
    make_edition(make_paper("A graph of bread"))
    reader = make_subscriber()
    follow_phrase(reader, phrase)

    assert digest_of(reader).status == Delivery.Status.SKIPPED


def test_a_phrase_may_end_in_symbols():
    paper = make_paper("Templates of C++ made simple")
    make_edition(paper, make_paper("Templates of C"))
    reader = make_subscriber()
    follow_phrase(reader, "c++")

    assert [key for key, *_ in entries(reader)] == [paper.pk]


def test_mute_wins_over_follow():
    make_edition(make_paper("All about bread"))
    reader = make_subscriber()
    follow_phrase(reader, "bread")
    follow_phrase(reader, "bread", Rule.Kind.MUTE)

    delivery = digest_of(reader)
    assert (delivery.status, delivery.error) == (Delivery.Status.SKIPPED, planning.NO_MATCH)


def test_a_muted_phrase_takes_papers_out_of_a_whole_edition():
    unmuted = make_paper("Graphs")
    make_edition(make_paper("Bread"), unmuted)
    reader = make_subscriber()
    follow_phrase(reader, "bread", Rule.Kind.MUTE)

    assert entries(reader) == [[unmuted.pk, Reason.EDITION, ""]]


def test_a_reader_who_follows_a_thousand_phrases_gets_a_digest():
    paper = make_paper("About phrase 777 alone")
    make_edition(paper)
    reader = make_subscriber()
    Rule.objects.bulk_create(
        Rule(subscriber=reader, kind=Rule.Kind.FOLLOW, phrase=f"phrase {number}", key=f"phrase {number}")
        for number in range(1000)
    )

    assert entries(reader) == [[paper.pk, Reason.KEYWORD, "phrase 777"]]


def test_papers_by_a_followed_author_come_whatever_the_spelling():
    paper = make_paper(authors=["Emmy Noether", "Kurt Gödel"])
    make_edition(make_paper(), paper)
    reader = make_subscriber()
    AuthorFollow.objects.create(subscriber=reader, name="Godel, Kurt")

    assert entries(reader) == [[paper.pk, Reason.AUTHOR, "Godel, Kurt"]]


def test_a_deleted_topic_is_no_longer_followed():
    topic = make_topic()
    paper = make_paper(about=topic)
    make_edition(paper)
    reader = make_subscriber(follows=[topic])
    topic.delete()

    assert entries(reader) == [[paper.pk, Reason.EDITION, ""]]


def test_a_topic_created_after_the_candidates_were_read_breaks_nothing():
    make_edition(make_paper())
    offer = planning.candidates_from_editions(None)
    reader = make_subscriber(follows=[make_topic("Brand new")])

    assert not features.build_features(
        [reader.pk], features.stored_preferences([reader.pk], NOON), offer, NOON
    ).users.follows.any()


def test_the_score_components_are_frozen_with_each_paper():
    topic = make_topic()
    make_edition(make_paper(about=topic, score=0.8), make_paper("On bread"))
    reader = make_subscriber(follows=[topic])
    follow_phrase(reader, "bread")

    content = digest_of(reader).content

    assert components_in(content) == [
        {"topic": 80, "keyword": 0, "author": 0, "affinity": 0, "votes": 0, "novelty": 0, "pinned": 0},
        {"topic": 0, "keyword": 70, "author": 0, "affinity": 0, "votes": 0, "novelty": 0, "pinned": 0},
    ]


def test_no_email_if_nothing_matches_as_well_as_the_reader_asked_for():
    topic = make_topic()
    make_edition(make_paper(about=topic, score=0.5))
    strict, easy = make_subscriber(follows=[topic], least_match=80), make_subscriber(follows=[topic], least_match=40)

    delivery = digest_of(strict)
    assert (delivery.status, delivery.error) == (Delivery.Status.SKIPPED, selection.NO_CLOSE_MATCH)
    assert easy.deliveries.get().status == Delivery.Status.QUEUED


def test_a_digest_fits_the_reading_time_and_has_at_least_one_paper():
    make_edition(*[make_paper(abstract="word " * 230) for _ in range(6)])
    quick, slow = make_subscriber(reading_minutes=1), make_subscriber(reading_minutes=4)

    assert len(entries(quick)) == 1
    assert len(slow.deliveries.get().content["papers"]) == 3


def test_twice_the_readers_with_rules_and_profiles_take_the_same_number_of_queries():
    liked = make_embedded("Graph neural networks")
    make_edition(make_embedded("Networks of graphs"), make_embedded("Bread"))
    counts = []
    for number in (4, 8):
        for _ in range(number):
            reader = make_subscriber()
            follow_phrase(reader, "bread")
            AuthorFollow.objects.create(subscriber=reader, name="Ada Lovelace")
            Profile.keep(reader.pk, [(liked.pk, 1.0)], NOON)
        features.similarity_to_known([liked.pk], planning.candidates_from_editions(None, NOON), NOON)
        with CaptureQueriesContext(connection) as queries:
            planning.plan_batch(NOON)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_planning_the_same_digest_again_freezes_the_same_content():
    topic = make_topic()
    make_edition(*[make_paper(about=topic) for _ in range(12)], *[make_paper() for _ in range(5)])
    reader = make_subscriber(follows=[topic])
    first = json.dumps(digest_of(reader).content)
    reader.deliveries.all().delete()
    reader.refresh_from_db()
    type(reader).objects.filter(pk=reader.pk).update(next_digest_at=NOON, seen_until=None)

    assert json.dumps(digest_of(reader).content) == first
    assert Reason.DIFFERENT in first


def with_votes(paper):
    for _ in range(3):
        votes.cast_vote(make_member(), paper, NOON)
    give_opinion(make_subscriber(next_digest_at=None, status="pending"), paper, Feedback.Kind.SAVED)


def test_member_votes_and_reader_likes_lift_a_paper_among_those_a_reader_asked_for():
    topic = make_topic()
    first, voted = make_paper(about=topic), make_paper(about=topic)
    make_edition(first, voted)
    with_votes(voted)

    assert [paper for paper, *_ in entries(make_subscriber(follows=[topic]))] == [voted.pk, first.pk]


def test_readers_of_a_whole_edition_get_it_in_the_curators_order_and_see_what_was_voted_most():
    first, voted = make_paper(), make_paper()
    make_edition(first, voted)
    with_votes(voted)

    assert entries(make_subscriber()) == [[first.pk, "edition", ""], [voted.pk, "voted", ""]]


def test_in_a_digest_of_several_editions_votes_decide_which_papers_come_first():
    voted, newest = make_paper(), make_paper()
    before = make_edition(make_paper(), day=DAY - timedelta(days=2))
    make_edition(voted, day=DAY - timedelta(days=1))
    make_edition(newest)
    with_votes(voted)

    digest_entries = entries(make_subscriber(seen_until=before.published_at))

    assert [paper for paper, *_ in digest_entries] == [voted.pk, newest.pk]
