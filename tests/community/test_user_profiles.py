"""Profiles learned from feedback."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from digest.catalog import embedding
from digest.community import user_profiles
from digest.models import Feedback, Profile
from digest.models.profile import MAX_PROFILE_ENTRIES
from tests.support.factories import DAY, NOON, give_opinion, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db

Kind = Feedback.Kind


def weights_of(reader):
    return {int(paper): round(float(weight), 3) for paper, weight in Profile.objects.get(subscriber=reader).opinions}


def test_likes_weigh_in_favour_and_dislikes_against():
    reader, liked, saved, disliked = make_subscriber(), make_paper(), make_paper(), make_paper()
    give_opinion(reader, liked)
    give_opinion(reader, saved, Kind.SAVED)
    give_opinion(reader, disliked, Kind.LESS)

    user_profiles.learn(reader.pk, NOON)

    assert weights_of(reader) == {liked.pk: 1, saved.pk: 1, disliked.pk: -1}


def test_a_dislike_overrides_having_saved_the_paper():
    reader, paper = make_subscriber(), make_paper()
    give_opinion(reader, paper, Kind.SAVED)
    give_opinion(reader, paper, Kind.LESS)

    user_profiles.learn(reader.pk, NOON)

    assert weights_of(reader) == {paper.pk: -1}


def test_opened_papers_count_little_and_only_if_the_reader_allows_it():
    allowed, not_asked = make_subscriber(may_note_opens_since=NOON), make_subscriber()
    paper = make_paper()
    for reader in (allowed, not_asked):
        give_opinion(reader, paper, Kind.OPENED)
        user_profiles.learn(reader.pk, NOON)

    assert weights_of(allowed) == {paper.pk: pytest.approx(0.3)}
    assert not Profile.objects.filter(subscriber=not_asked).exists()


def test_an_old_like_weighs_half_as_much_as_a_new_one():
    reader, old, new = make_subscriber(), make_paper(), make_paper()
    give_opinion(reader, old, at=NOON - user_profiles.HALF_LIFE)
    give_opinion(reader, new)

    user_profiles.learn(reader.pk, NOON)

    assert weights_of(reader) == {old.pk: 0.5, new.pk: 1}
    assert user_profiles.faded(NOON, NOON + user_profiles.HALF_LIFE) == 0.5


def test_a_paper_passed_over_next_to_liked_ones_gets_a_small_negative_weight():
    liked, passed_over = [make_paper(f"Graph {number}") for number in range(4)], make_paper("Bread")
    embedding.embed([*liked, passed_over])
    for paper in (*liked, passed_over):
        paper.save()
    reader = make_subscriber()
    make_delivery(reader, make_edition(*liked, passed_over))
    for paper in liked:
        give_opinion(reader, paper)

    user_profiles.learn(reader.pk, NOON)

    weights = weights_of(reader)
    assert all(weights[paper.pk] > 0 for paper in liked)
    assert -0.5 < weights[passed_over.pk] < 0


def test_undoing_all_feedback_leaves_no_profile():
    reader = make_subscriber()
    feedback = give_opinion(reader, make_paper())
    user_profiles.learn(reader.pk, NOON)
    feedback.delete()

    user_profiles.learn(reader.pk, NOON)

    assert not Profile.objects.exists()


def test_profiles_are_only_learned_again_for_readers_with_new_feedback():
    quiet, talking, new = make_subscriber(), make_subscriber(), make_subscriber()
    paper = make_paper()
    for reader in (quiet, talking):
        give_opinion(reader, paper, at=NOON - timedelta(days=1))
        user_profiles.learn(reader.pk, NOON - timedelta(hours=1))
    give_opinion(talking, make_paper(), at=NOON)
    give_opinion(new, paper, at=NOON)

    assert user_profiles.learn_new(NOON) == 2
    assert user_profiles.learn_new(NOON) == 0
    assert Profile.objects.get(subscriber=quiet).as_of == NOON - timedelta(hours=1)


def test_a_profile_keeps_the_papers_with_the_most_weight_and_stays_small():
    reader = make_subscriber()

    Profile.keep(reader.pk, [(number, number / 1000) for number in range(1, 1000)], NOON)

    profile = Profile.objects.get()
    assert len(profile.opinions) == MAX_PROFILE_ENTRIES
    assert len(profile.raw) <= 4096
    assert min(profile.opinions["paper"]) == 1000 - MAX_PROFILE_ENTRIES


def test_learning_works_with_a_digest_that_stores_no_papers():
    reader = make_subscriber()
    edition = make_edition(make_paper(), day=DAY)
    make_delivery(reader, edition, content={})
    give_opinion(reader, make_paper())

    user_profiles.learn(reader.pk, NOON)

    assert len(weights_of(reader)) == 1


def test_a_run_by_cron_learns_before_it_plans():
    reader, paper = make_subscriber(), make_paper()
    give_opinion(reader, paper, at=timezone.now())

    call_command("send_due")

    assert paper.pk in weights_of(reader)
