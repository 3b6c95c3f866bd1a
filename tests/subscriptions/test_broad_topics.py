"""The sign-up shows the broad topics and unfolds the narrower ones, grouped under them; readers can tick either."""

import pytest
from django.core.exceptions import ValidationError

from subscriptions.forms.signing_up import SignUpForm
from subscriptions.models import Topic
from tests.support.factories import make_topic
from tests.support.html import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    vision, language = make_topic("Vision"), make_topic("Language")
    return [vision, language, make_topic("Video", parent=vision), make_topic("Agents", parent=language)]


def names(boxes):
    return [box.choice_label for box in boxes]


def test_broad_topics_are_shown_at_once_and_the_others_under_their_broad_one(topics):
    form = SignUpForm()
    assert names(form.leading_topics) == ["Language", "Vision"]
    assert [(name, names(boxes)) for name, boxes in form.topic_groups] == [
        ("Language", ["Agents"]),
        ("Vision", ["Video"]),
    ]


def test_without_levels_seven_topics_lead_and_the_rest_form_one_group():
    for number in range(10):
        make_topic(f"Topic {number}")
    form = SignUpForm()
    assert (len(form.leading_topics), [name for name, _ in form.topic_groups]) == (7, [""])


def test_either_level_can_be_ticked(client, topics):
    form = SignUpForm({"topics": [str(topics[0].pk), str(topics[3].pk)], "email": "ada@example.org"})
    form.is_valid()
    assert {topic.name for topic in form.cleaned_data["topics"]} == {"Vision", "Agents"}
    page = html_of(client.get("/").content.decode())
    assert len(page.all("details.further label.chip")) == 2


def test_there_are_only_two_levels(topics):
    video = topics[2]
    for fields in ({"parent": video}, {"parent": None, "pk": video.parent_id}):
        topic = Topic(slug="x", name="X", description="X", **fields)
        if fields["parent"] is None:
            topic.parent = Topic.objects.get(name="Language")
        with pytest.raises(ValidationError):
            topic.clean()


def test_all_topics_take_one_query(topics, django_assert_num_queries):
    with django_assert_num_queries(1):
        form = SignUpForm()
        assert form.leading_topics
        assert form.topic_groups
