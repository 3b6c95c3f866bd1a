"""What a change of mind would have changed about the last papers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.composing import links as digest_links
from digest.recommending import planning
from digest.recommending.preview import request_of
from digest.recommending.what_if import WhatIf, what_if
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Weight
from subscriptions.preferences import Preferences
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic
from tests.support.html import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def topics():
    return make_topic("Graph learning"), make_topic("Differential privacy")


@pytest.fixture
def reader(topics):
    """A reader who follows both topics and got three digests of two papers each."""
    subscriber = make_subscriber(follows=list(topics), next_digest_at=NOON - timedelta(days=2))
    for age in (2, 1, 0):
        make_edition(*[make_paper(about=topic) for topic in topics], day=DAY - timedelta(days=age))
        planning.plan(NOON - timedelta(days=age))
    return subscriber


def without(reader, topic):
    saved = request_of(reader, NOON)
    return replace(saved, preferences=Preferences({**saved.preferences.weights, topic.pk: Weight.NEVER}))


def test_refusing_a_topic_would_have_kept_its_papers_away(reader, topics):
    assert reader.deliveries.count() == 3

    assert what_if(reader, request_of(reader, NOON), without(reader, topics[0]), NOON) == WhatIf(3, 6)


def test_no_change_changes_nothing(reader):
    assert what_if(reader, request_of(reader, NOON), request_of(reader, NOON), NOON) == WhatIf(0, 6)


def test_a_reader_without_a_digest_yet_is_told_nothing(topics):
    newcomer = make_subscriber(follows=[topics[0]])

    assert what_if(newcomer, request_of(newcomer, NOON), without(newcomer, topics[0]), NOON) == WhatIf(0, 0)


def test_only_the_last_twenty_papers_count(topics):
    reader = make_subscriber(follows=list(topics), max_papers=30)
    make_edition(*[make_paper(about=topics[0]) for _ in range(30)])
    planning.plan(NOON)

    assert what_if(reader, request_of(reader, NOON), without(reader, topics[0]), NOON) == WhatIf(20, 20)


def test_a_change_made_since_then_does_not_count(reader, topics):
    reader.follow([topics[1]])

    saved = request_of(reader, NOON)
    assert what_if(reader, saved, replace(saved, preferences=Preferences({topics[1].pk: Weight.MORE})), NOON) == WhatIf(
        0, 6
    )


def test_more_digests_cost_no_more_queries(reader, topics, django_assert_max_num_queries):
    for days in range(1, 7):
        make_edition(make_paper(about=topics[0]), day=DAY + timedelta(days=days))
        planning.plan(NOON + timedelta(days=days))
    saved, changed = request_of(reader, NOON), without(reader, topics[0])

    with django_assert_max_num_queries(1 + 5 * 8):
        assert what_if(reader, saved, changed, NOON).of == 5


def test_the_preview_says_what_it_would_have_changed(client, reader, topics):
    names = ("time_zone", "frequency", "weekday", "month_day", "max_papers", "least_match", "channel")
    fields = {name: getattr(reader, name) for name in names} | {"local_time": "07:00"}
    fields |= {f"topics-{topics[0].pk}": "never", f"topics-{topics[1].pk}": "normal"}

    html = client.post(f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/preview", fields).content.decode()

    html = words_of(html)
    assert "would have changed <strong>3 of your last 6 papers</strong>" in html


def test_the_page_behind_the_button_says_what_it_would_have_changed(client, reader):

    delivery = reader.deliveries.first()
    address = (
        f"/feedback/{digest_links.feedback(delivery.pk).rpartition('/')[2]}/{delivery.content['papers'][0][0]}/less"
    )

    html = client.post(address, follow=True).content.decode()

    assert "of your last 6 papers" in html
