"""Why a paper is in a digest, and why not."""

import pytest

from digest.catalog import embedding
from digest.community import user_profiles
from digest.models import Feedback
from digest.ranking.reasons import Reason
from digest.recommending import planning
from digest.recommending.explanations import ExclusionReason, explain_digest, receipts
from subscriptions.models import Rule, Weight
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db


def explained(reader):
    return explain_digest(reader, planning.candidates_from_editions(None, NOON), NOON)


def test_every_paper_has_its_rank_score_components_and_exclusion_reason():
    followed, never = make_topic("Wanted"), make_topic("Never")
    best, second = make_paper(about=followed, score=0.9), make_paper(about=followed, score=0.5)
    muted, refused = make_paper("On bread", about=followed), make_paper(about=never)
    other = make_paper("Something else")
    make_edition(other, muted, refused, second, best)
    reader = make_subscriber(follows=[followed, never], max_papers=1)
    reader.follows.filter(topic=never).update(weight=Weight.NEVER)
    Rule.objects.create(subscriber=reader, kind=Rule.Kind.MUTE, phrase="Bread")

    explanation = explained(reader)

    rows = {row.paper: row for row in explanation.papers}
    assert (rows[best.pk].rank, rows[best.pk].place, rows[best.pk].reason) == (1, 1, Reason.TOPIC)
    assert rows[best.pk].parts["topic"] == 90
    assert (rows[second.pk].rank, rows[second.pk].exclusion) == (2, ExclusionReason.BELOW_THE_CUT)
    assert (rows[muted.pk].exclusion, rows[muted.pk].exclusion_detail) == (ExclusionReason.MUTED, "Bread")
    assert (rows[refused.pk].exclusion, rows[refused.pk].exclusion_detail) == (ExclusionReason.NEVER, "Never")
    assert (rows[other.pk].rank, rows[other.pk].exclusion) == (None, ExclusionReason.NOT_ASKED_FOR)
    assert rows[second.pk].score < explanation.cut == rows[best.pk].score


def test_a_paper_like_a_disliked_one_says_that_this_kept_it_out():
    topic = make_topic()
    disliked, like_it = make_paper("Graph neural networks"), make_paper("Graph neural networks again", about=topic)
    others = [make_paper("Baking bread"), make_paper("Repairing clocks"), make_paper("Sailing boats")]
    embedding.embed([disliked, like_it, *others])
    for paper in (disliked, like_it, *others):
        paper.save()
    like_it.tags.update(score=0.1)
    make_edition(like_it)
    reader = make_subscriber(follows=[topic])
    Feedback.objects.create(subscriber=reader, paper=disliked, kind=Feedback.Kind.LESS, at=NOON)
    user_profiles.learn(reader.pk, NOON)

    assert explained(reader).papers[0].exclusion == ExclusionReason.DISLIKED


def test_it_matches_what_the_planner_then_does():
    topics = [make_topic(f"Topic {number}") for number in range(3)]
    make_edition(*[make_paper(about=topics[number % 3], score=0.3 + number / 50) for number in range(20)])
    reader = make_subscriber(follows=topics[:2], max_papers=8)

    rows = explained(reader).papers
    planning.plan(NOON)

    places = {row.place: row.paper for row in rows if row.place}
    frozen = [paper for paper, *_ in reader.deliveries.get().content["papers"]]
    assert [places[place] for place in sorted(places)] == frozen
    assert sum(row.reason == Reason.DIFFERENT for row in rows) == 1


def test_a_paper_that_is_not_a_candidate_has_no_explanation():
    make_edition(make_paper())

    assert explained(make_subscriber()).of(0) is None


def test_without_candidates_there_is_nothing_to_explain():
    assert explained(make_subscriber()).papers == []


def test_a_receipt_stays_as_it_was_whatever_changes():
    topic = make_topic()
    paper = make_paper(about=topic, score=0.7)
    make_edition(paper)
    reader = make_subscriber(follows=[topic])
    planning.plan(NOON)
    before = receipts(reader.deliveries.get())
    topic.delete()
    reader.follow([])

    (receipt,) = receipts(reader.deliveries.get())

    assert [receipt] == before
    assert (receipt.paper, receipt.code, receipt.argument) == (paper.pk, Reason.TOPIC, "Graph learning")
    assert receipt.parts["topic"] == 70


def test_a_digest_from_before_score_components_were_kept_has_receipts_without_them():
    reader = make_subscriber()
    delivery = make_delivery(reader, make_edition(make_paper()))

    assert [receipt.parts for receipt in receipts(delivery)] == [{}]
