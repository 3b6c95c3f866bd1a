"""Which papers count as everything new: since when, until when, and how many."""

from datetime import timedelta

import pytest

from digest.recommending import candidates as catalogue
from digest.recommending import planning
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_topic
from tests.support.recent_papers import A_DAY, HOUR, extra_part, make_new_paper, make_wide_subscriber, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


def test_a_new_reader_gets_what_came_in_the_last_three_days(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper("Recent", about=graphs, at=NOON - 2 * A_DAY)
    make_new_paper("Older", about=graphs, at=NOON - 4 * A_DAY)
    reader = make_wide_subscriber(follows=[graphs])

    planning.plan(NOON)

    assert titles(extra_part(reader.deliveries.get())["papers"]) == ["Recent"]


def test_after_a_long_pause_it_goes_back_two_weeks(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper("In time", about=graphs, at=NOON - 13 * A_DAY)
    make_new_paper("Too old", about=graphs, at=NOON - 15 * A_DAY)
    reader = make_wide_subscriber(follows=[graphs], seen_until=NOON - 60 * A_DAY, more_seen_until=NOON - 60 * A_DAY)

    planning.plan(NOON)

    assert titles(extra_part(reader.deliveries.get())["papers"]) == ["In time"]


def test_a_paper_that_came_a_moment_ago_waits_for_the_next_digest(graphs):
    make_edition(make_paper(about=graphs))
    make_new_paper("A moment ago", about=graphs, at=NOON - timedelta(minutes=5))
    reader = make_wide_subscriber(follows=[graphs])
    planning.plan(NOON)
    assert "more" not in reader.deliveries.get().content
    make_edition(make_paper(about=graphs), day=DAY + A_DAY)

    planning.plan(NOON + A_DAY)

    assert titles(extra_part(reader.deliveries.get(period=DAY + A_DAY))["papers"]) == ["A moment ago"]


def test_only_the_newest_of_very_many_papers_are_considered(graphs, monkeypatch):
    monkeypatch.setattr(catalogue, "MAX_CANDIDATES", 2)
    make_edition(make_paper("Edition"))
    for hours in (3, 1, 2):
        make_new_paper(f"{hours} hours old", about=graphs, at=NOON - hours * HOUR)
    reader = make_wide_subscriber(follows=[graphs])

    planning.plan(NOON)

    assert sorted(titles(extra_part(reader.deliveries.get())["papers"])) == ["1 hours old", "2 hours old"]
