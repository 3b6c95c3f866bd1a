"""Learning weights from our own readers: from which pairs, kept where, and used only if the setting says so."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from digest.models import Delivery, Feedback, LearnedWeights
from digest.models.snapshot import COMPONENT_NAMES
from digest.ranking import COMPONENTS, WEIGHTS
from digest.recommending import learned_weights, planning
from digest.recommending.interleaving import challenger_for
from digest.recommending.learned_weights import learn_from_readers, pairs_of, weights_in_force
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

LEARNED = {name: 2 * weight for name, weight in WEIGHTS.items()}


@pytest.fixture(autouse=True)
def _forgotten():
    learned_weights.forget_newest()
    yield
    learned_weights.forget_newest()


def parts(**components):
    return [components.get(name, 0) for name in COMPONENT_NAMES]


def content(*papers):
    """papers: pairs of a key and its components."""
    return {"papers": [[key, "topic", ""] for key, _ in papers], "of": 9, "parts": [row for _, row in papers]}


def difference(**components):
    return [components.get(name, 0) for name in COMPONENTS]


def test_a_liked_paper_is_compared_with_those_above_it_and_the_next_one():
    digest = content(*[(key, parts(topic=10 * key)) for key in (1, 2, 3, 4, 5)])
    assert pairs_of(digest, {3}, set()) == [difference(topic=20), difference(topic=10), difference(topic=-10)]


def test_two_liked_papers_are_not_compared_with_each_other():
    digest = content((1, parts(topic=10)), (2, parts(topic=20)), (3, parts(topic=30)))
    assert pairs_of(digest, {1, 2}, set()) == [difference(topic=20 - 30)]


def test_a_paper_that_was_liked_and_then_disliked_counts_as_the_one_not_liked():
    digest = content((1, parts(topic=10)), (2, parts(affinity=20)))
    assert pairs_of(digest, {1, 2}, {1}) == [difference(topic=-10, affinity=20)]


@pytest.mark.parametrize(
    "digest",
    [
        {"papers": [[1, "topic", ""], [2, "topic", ""]], "of": 9},
        {"papers": [[1, "topic", ""], [2, "topic", ""]], "parts": [[1]], "of": 9},
        {"papers": [[1, "topic", ""], [2, "topic", ""]], "parts": [[1], [2]], "of": 9},
        {"papers": [], "of": 0},
    ],
)
def test_nothing_is_learned_from_digests_without_their_components(digest):
    assert pairs_of(digest, {1, 2}, set()) == []


def test_nothing_is_learned_from_pinned_papers():
    digest = content((1, parts(topic=10, pinned=100)), (2, parts(topic=20)))
    assert pairs_of(digest, {1}, set()) == pairs_of(digest, {2}, set()) == []


@pytest.fixture
def readers():
    """Sixty readers who each saved the paper close to their taste, listed below the one on their topic."""
    on_topic, to_taste = make_paper("On topic"), make_paper("To taste")
    edition = make_edition(on_topic, to_taste)
    digest = content((on_topic.pk, parts(topic=60)), (to_taste.pk, parts(affinity=40)))
    for _ in range(60):
        reader = make_subscriber()
        make_delivery(reader, edition, status="sent", content=digest)
        Feedback.objects.create(subscriber=reader, paper=to_taste, kind="saved", at=NOON)


@pytest.mark.usefixtures("readers")
def test_weights_are_learned_from_enough_readers_and_kept():
    lesson = learn_from_readers(NOON + timedelta(days=1))
    assert (lesson.digests, lesson.pairs) == (60, 60)
    assert lesson.weights["affinity"] > WEIGHTS["affinity"]
    assert lesson.weights["topic"] < WEIGHTS["topic"]
    assert (lesson.right_before, lesson.right_after) == (0, 1)


@pytest.mark.usefixtures("readers")
def test_digests_that_were_not_sent_or_are_old_do_not_count():
    assert learn_from_readers(NOON + timedelta(days=100)) is None
    Delivery.objects.update(status="failed")
    assert learn_from_readers(NOON) is None
    assert not LearnedWeights.objects.exists()


def test_nothing_is_learned_from_too_few_readers(capsys):
    assert learn_from_readers(NOON) is None
    with pytest.raises(CommandError, match="Too few digests"):
        call_command("learn_weights")


@pytest.mark.usefixtures("readers")
def test_the_command_shows_what_was_learned(capsys):
    call_command("learn_weights")
    out = capsys.readouterr().out
    assert "affinity" in out
    assert "From 60 digests, 60 pairs." in out
    assert "RANKING_WEIGHTS=learned" in out


def test_learned_weights_are_used_only_if_the_setting_says_so(settings):
    LearnedWeights.objects.create(weights=LEARNED, digests=60, pairs=60, right_before=0.5, right_after=0.6)
    assert weights_in_force() == WEIGHTS
    settings.RANKING_WEIGHTS = "learned"
    assert weights_in_force() == LEARNED


@pytest.mark.parametrize("stored", [{}, [], {"topic": 1}, LEARNED | {"topic": -1}, LEARNED | {"topic": "1"}])
def test_invalid_stored_weights_do_not_count(settings, stored):
    settings.RANKING_WEIGHTS = "learned"
    LearnedWeights.objects.create(weights=stored, digests=60, pairs=60, right_before=0.5, right_after=0.6)
    assert weights_in_force() == WEIGHTS


def test_learned_weights_can_challenge_once_there_are_any(settings):
    settings.INTERLEAVE_SHARE, settings.INTERLEAVE_WITH = 1.0, "learned"
    assert challenger_for(np.array([0.5])) is None
    LearnedWeights.objects.create(weights=LEARNED, digests=60, pairs=60, right_before=0.5, right_after=0.6)
    learned_weights.forget_newest()
    assert challenger_for(np.array([0.5])).weights == LEARNED


def test_a_digest_is_ranked_by_the_weights_in_force(settings):
    first, second = make_paper("Voted"), make_paper("Other")
    type(first).objects.filter(pk=second.pk).update(votes=90, voted_at=NOON)
    make_edition(first, second, day=DAY)
    reader = make_subscriber()
    assert reader.pk
    settings.RANKING_WEIGHTS = "learned"
    LearnedWeights.objects.create(
        weights=WEIGHTS | {"votes": 0.0}, digests=60, pairs=60, right_before=0.5, right_after=0.6
    )
    planning.plan(NOON)
    assert Delivery.objects.get().content["papers"][0][0] == first.pk
