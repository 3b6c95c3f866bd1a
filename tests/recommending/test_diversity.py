"""Everything new that matches: the extra section of a digest."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.catalog import embedding
from digest.community import feedback
from digest.models import Delivery, EditionPaper, Feedback, Paper
from digest.models.snapshot import components_in
from digest.recommending import planning
from subscriptions.models import Rule, Weight
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic
from tests.support.recent_papers import A_DAY, HOUR, extra_part, make_new_paper, make_wide_subscriber, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


def test_matching_papers_from_no_edition_are_an_extra_section_best_first_with_reasons(graphs):
    make_edition(make_paper("Of the edition", about=graphs))
    make_new_paper("Weak", about=graphs, score=0.3)
    make_new_paper("Nothing of mine", about=make_topic("Optimization"))
    strong = make_new_paper("Strong", about=graphs, score=0.9)
    reader = make_wide_subscriber(follows=[graphs])

    assert planning.plan(NOON) == planning.PlanSummary(queued=1)

    delivery = reader.deliveries.get()
    assert titles(delivery.content["papers"]) == ["Of the edition"]
    assert titles(extra_part(delivery)["papers"]) == ["Strong", "Weak"]
    assert extra_part(delivery)["papers"][0] == [strong.pk, "topic", "Graph learning"]
    assert extra_part(delivery)["of"] == 4
    assert components_in(extra_part(delivery))[0]["topic"] == 90


def test_readers_who_did_not_ask_for_it_get_only_the_edition(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper(about=graphs)
    reader = make_subscriber(follows=[graphs])

    planning.plan(NOON)

    assert "more" not in reader.deliveries.get().content


def test_edition_papers_beyond_the_first_part_can_be_in_the_extra_section(graphs):
    make_edition(*[make_paper(f"Paper {number}", about=graphs, score=0.9 - number / 10) for number in range(5)])
    reader = make_wide_subscriber(follows=[graphs], max_papers=3, max_more=1)

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    first, more = titles(delivery.content["papers"]), titles(extra_part(delivery)["papers"])
    assert (len(first), len(more)) == (3, 1)
    assert not set(first).intersection(more)


def test_it_has_its_own_maximum(graphs):
    make_edition(make_paper(about=graphs))
    for _ in range(6):
        make_new_paper(about=graphs)
    reader = make_wide_subscriber(follows=[graphs], max_papers=10, max_more=4)

    planning.plan(NOON)

    assert len(extra_part(reader.deliveries.get())["papers"]) == 4


def test_without_a_new_edition_it_is_sent_alone_after_the_grace_period(graphs, settings):
    make_new_paper("Alone", about=graphs)
    reader = make_wide_subscriber(follows=[graphs], seen_until=NOON)

    assert planning.plan(NOON) == planning.PlanSummary()
    assert planning.plan(NOON + settings.EDITION_GRACE) == planning.PlanSummary(queued=1)

    delivery = reader.deliveries.get()
    assert (delivery.content["papers"], delivery.edition, delivery.error) == ([], None, "")
    assert titles(extra_part(delivery)["papers"]) == ["Alone"]


def test_with_nothing_new_at_all_no_email_is_sent(settings):
    reader = make_wide_subscriber(follows=[make_topic()], seen_until=NOON)

    assert planning.plan(NOON + settings.EDITION_GRACE) == planning.PlanSummary(skipped=1)

    assert reader.deliveries.get().error == planning.NO_EDITION


def test_nothing_that_matches_means_no_email(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper(about=graphs)
    reader = make_wide_subscriber(follows=[make_topic("Optimization")])

    assert planning.plan(NOON) == planning.PlanSummary(skipped=1)

    assert reader.deliveries.get().error == planning.NO_MATCH


def test_readers_who_follow_nothing_get_no_extra_section():
    make_edition(make_paper())
    make_new_paper()
    reader = make_wide_subscriber()

    planning.plan(NOON)

    assert "more" not in reader.deliveries.get().content


def test_muted_papers_and_papers_of_refused_topics_stay_out(graphs):
    refused = make_topic("Refused")
    make_edition(make_paper("Edition", about=graphs))
    make_new_paper("Muted: a survey", about=graphs)
    refused_too = make_new_paper("Of a refused topic", about=graphs)
    refused_too.tags.create(topic=refused, score=0.5)
    make_new_paper("Welcome", about=graphs)
    reader = make_wide_subscriber(follows=[graphs, refused])
    reader.follows.filter(topic=refused).update(weight=Weight.NEVER)
    Rule.objects.create(subscriber=reader, kind=Rule.Kind.MUTE, phrase="survey")

    planning.plan(NOON)

    assert titles(extra_part(reader.deliveries.get())["papers"]) == ["Welcome"]


def test_a_reader_who_dislikes_everything_gets_no_extra_section_and_no_error():
    papers = [make_new_paper(f"Graph neural networks, part {number}") for number in range(6)]
    embedding.embed(papers)
    Paper.objects.bulk_update(papers, ["embedding", "embedding_model"])
    make_edition(*papers[3:5])
    reader = make_wide_subscriber()
    for paper in papers[:3]:
        feedback.give_feedback(reader, paper.pk, Feedback.Kind.LESS, NOON)

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    assert len(delivery.content["papers"]) == 2
    assert "more" not in delivery.content


def test_papers_to_the_readers_taste_come_without_a_topic():
    papers = [make_new_paper(f"Graph neural networks, part {number}") for number in range(2)]
    others = [
        make_new_paper(title)
        for title in ("Bread and yeast", "The history of opera", "Volcanoes at sea", "Chess endings")
    ]
    embedding.embed([*papers, *others])
    Paper.objects.bulk_update([*papers, *others], ["embedding", "embedding_model"])
    make_edition(papers[0])
    reader = make_wide_subscriber()
    feedback.give_feedback(reader, papers[0].pk, Feedback.Kind.MORE, NOON)

    planning.plan(NOON)

    assert extra_part(reader.deliveries.get())["papers"] == [[papers[1].pk, "liked", papers[0].title]]


def test_papers_hidden_by_a_curator_or_waiting_in_a_draft_stay_out(graphs):
    hidden, drafted = make_new_paper("Hidden", about=graphs), make_new_paper("Drafted", about=graphs)
    edition = make_edition(make_paper("Edition", about=graphs), hidden)
    edition.entries.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)
    make_edition(drafted, day=DAY + A_DAY, published=False)
    reader = make_wide_subscriber(follows=[graphs])

    planning.plan(NOON)

    assert "more" not in reader.deliveries.get().content


def test_no_paper_is_sent_twice_over_several_days(graphs):
    reader = make_wide_subscriber(follows=[graphs])
    papers = []
    for day in range(5):
        at = NOON + day * A_DAY
        papers.append(make_new_paper(f"Came on day {day}", about=graphs, at=at - HOUR))
        # The paper that came on its own two days ago is in an edition by now.
        late = [papers[day - 2]] if day > 1 else []
        make_edition(make_paper(f"Edition of day {day}", about=graphs), *late, day=DAY + day * A_DAY)
        planning.plan(at)

    rows = reader.deliveries.order_by("period")
    days = [(titles(row.content["papers"]), titles(extra_part(row)["papers"])) for row in rows]
    assert days == [([f"Edition of day {day}"], [f"Came on day {day}"]) for day in range(5)]


def test_an_edition_paper_is_left_out_only_for_readers_who_already_had_it(graphs):
    paper = make_new_paper("Both ways", about=graphs)
    make_edition(make_paper("First edition", about=graphs))
    recipient, other = make_wide_subscriber(follows=[graphs]), make_subscriber(follows=[graphs])
    planning.plan(NOON)
    make_edition(paper, day=DAY + A_DAY)

    planning.plan(NOON + A_DAY)

    assert recipient.deliveries.get(period=DAY + A_DAY).status == Delivery.Status.SKIPPED
    assert titles(other.deliveries.get(period=DAY + A_DAY).content["papers"]) == ["Both ways"]


def test_the_least_match_a_reader_asks_for_applies_to_each_part(graphs):
    make_edition(make_paper("Close", about=graphs, score=0.9))
    make_new_paper("Far", about=graphs, score=0.2)
    reader = make_wide_subscriber(follows=[graphs], least_match=50)

    planning.plan(NOON)

    delivery = reader.deliveries.get()
    assert titles(delivery.content["papers"]) == ["Close"]
    assert "more" not in delivery.content


def test_planning_twice_changes_nothing(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper(about=graphs)
    make_wide_subscriber(follows=[graphs])
    planning.plan(NOON)
    row = Delivery.objects.values().get()

    assert planning.plan(NOON) == planning.PlanSummary()

    assert Delivery.objects.values().get() == row


def test_a_batch_of_readers_is_scored_in_steps_and_loses_nothing(graphs, monkeypatch):
    monkeypatch.setattr("digest.recommending.extra_section.MAX_SCORES", 4)
    make_edition(make_paper(about=graphs))
    make_new_paper("For all", about=graphs)
    readers = [make_wide_subscriber(follows=[graphs]) for _ in range(5)]

    planning.plan(NOON)

    assert all(titles(extra_part(reader.deliveries.get())["papers"]) == ["For all"] for reader in readers)


def test_twice_the_readers_and_papers_cost_no_more_queries(graphs):
    counts = []
    for number in (5, 10):
        day = DAY + number * A_DAY
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        make_edition(make_paper(about=graphs), day=day)
        for _ in range(number):
            make_new_paper(about=graphs, at=at - HOUR)
            make_wide_subscriber(follows=[graphs], next_digest_at=at, more_seen_until=at - A_DAY, seen_until=at - A_DAY)
        with CaptureQueriesContext(connection) as queries:
            planning.plan_batch(at)
        counts.append(len(queries))
        # The readers of the first round would be due again in the second: leave them out.
        Delivery.objects.update(subscriber=None)
        type(make_wide_subscriber()).objects.all().delete()
    assert counts[0] == counts[1]


def test_past_digests_are_not_read_unless_an_edition_repeats_a_paper(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper(about=graphs)
    make_wide_subscriber(follows=[graphs])
    planning.plan(NOON)
    make_edition(make_paper(about=graphs), day=DAY + A_DAY)
    make_new_paper(about=graphs, at=NOON + HOUR)

    with CaptureQueriesContext(connection) as queries:
        planning.plan(NOON + A_DAY)

    delivery_queries = [query["sql"] for query in queries if "digest_delivery" in query["sql"]]
    assert delivery_queries
    assert not [sql for sql in delivery_queries if "breadth" in sql]
