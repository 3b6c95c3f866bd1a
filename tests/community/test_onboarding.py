"""Eight papers to rate, and what happens to the answers."""

import re
from html import unescape

import numpy as np
import pytest

from digest.community import onboarding
from digest.models import Feedback, PaperTopic
from subscriptions import signing_up
from subscriptions.models import Status, Subscriber
from subscriptions.signing_up import ConsentRequest
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def topics():
    return [make_topic(f"Topic {number}") for number in range(10)]


@pytest.fixture
def papers(topics):
    """Two published papers per topic."""
    papers = [make_paper(f"{topic.name}, {which}", about=topic) for which in ("a", "b") for topic in topics]
    make_edition(*papers)
    return papers


def feedback_rows():
    return sorted(Feedback.objects.values_list("paper__title", "kind"))


# --- Which papers are most informative ---


def test_every_topic_comes_up_once_before_any_comes_up_twice():
    tags = np.repeat(np.eye(8, dtype=np.float32), 5, axis=0)

    chosen = onboarding.onboarding_papers(tags)

    assert len(chosen) == 8
    assert {row // 5 for row in chosen} == set(range(8))


def test_with_few_topics_no_two_papers_are_about_the_same_one():
    tags = np.repeat(np.eye(3, dtype=np.float32), 20, axis=0)

    assert len(onboarding.onboarding_papers(tags)) == 3


def test_papers_about_no_known_topic_are_asked_about_only_if_there_are_no_others():
    assert onboarding.onboarding_papers(np.zeros((12, 4), np.float32)) == list(range(8))
    tags = np.zeros((12, 4), np.float32)
    tags[5, 1] = 0.9
    assert onboarding.onboarding_papers(tags) == [5]


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (1, 0)])
def test_an_empty_edition_has_no_papers_to_rate_and_a_tiny_one_has_few(shape):
    assert len(onboarding.onboarding_papers(np.zeros(shape, np.float32))) == shape[0]


def test_the_same_edition_always_asks_about_the_same_papers():
    tags = np.random.default_rng(5).random((51, 25)).astype(np.float32)

    assert onboarding.onboarding_papers(tags) == onboarding.onboarding_papers(tags.copy())


# --- What the answers mean ---


def test_liked_papers_count_for_their_topics_and_disliked_papers_against(topics, papers):
    PaperTopic.objects.create(paper=papers[0], topic=topics[1], score=0.5)

    topic_weights = onboarding.topics_of({papers[0].pk: "more", papers[11].pk: "less", papers[12].pk: "more"})

    assert topic_weights == [topics[0].pk, topics[2].pk]


def test_no_answers_mean_no_topics():
    assert onboarding.topics_of({}) == []


# --- The page ---


def test_the_page_asks_about_eight_papers_on_different_topics(client, papers):
    html = client.get("/start").content.decode()

    paper_keys = set(re.findall(r'name="paper-(\d+)"', html))
    assert len(paper_keys) == 8
    assert PaperTopic.objects.filter(paper__in=paper_keys).values("topic").distinct().count() == 8


def test_before_the_first_edition_the_page_says_that_no_papers_are_out_yet(client):
    assert "No papers are out yet" in client.get("/start").content.decode()


def test_the_answers_become_topics_a_preview_and_part_of_the_form(client, topics, papers):
    html = client.post("/start", {f"paper-{papers[0].pk}": "more", f"paper-{papers[1].pk}": "less"}).content.decode()

    assert re.search(rf'name="topics" value="{topics[0].pk}"[^>]* checked', html)
    assert "Because you follow Topic 0" in html
    assert f'name="liked" value="{papers[0].pk}"' in html
    assert f'name="disliked" value="{papers[1].pk}"' in html
    assert not Feedback.objects.exists()


def test_an_earlier_search_is_followed_too(client, topics, papers):
    html = client.get("/subscribe", {"q": "graph networks", "topic": topics[3].slug}).content.decode()
    address = unescape(re.search(r'href="(/start[^"]*)"', html)[1])

    html = client.post(address, {f"paper-{papers[0].pk}": "more"}).content.decode()

    assert re.search(r'name="follow" value="graph networks"\s+checked', html)
    for topic in (topics[0], topics[3]):
        assert re.search(rf'name="topics" value="{topic.pk}"[^>]* checked', html)


@pytest.mark.parametrize("key", ["x", "-1", "1.5", "9" * 40])
def test_a_bad_answer_gets_an_error_message(client, papers, key):
    answer = client.post("/start", {f"paper-{key}": "more"})

    assert answer.status_code == 422
    assert "Please try again" in answer.content.decode()


def test_more_answers_than_were_asked_for_are_refused(client, papers):
    assert client.post("/start", {f"paper-{key}": "more" for key in range(65)}).status_code == 422


# --- Signing up with them ---


def test_the_answers_are_kept_with_the_sign_up(sign_up, topics, papers):
    sign_up(topics=[topics[0].pk], liked=[papers[0].pk, papers[1].pk], disliked=[papers[2].pk])

    reader = Subscriber.objects.get()
    assert reader.status == Status.PENDING
    assert feedback_rows() == [("Topic 0, a", "more"), ("Topic 1, a", "more"), ("Topic 2, a", "less")]


def test_when_signing_up_again_the_new_answers_count(sign_up, papers):
    sign_up(liked=[papers[0].pk])
    sign_up(disliked=[papers[0].pk], liked=[papers[3].pk])

    assert feedback_rows() == [("Topic 0, a", "less"), ("Topic 3, a", "more")]


def test_a_stranger_cannot_add_answers_to_an_active_subscriber(sign_up, papers):
    make_subscriber("ada@example.org")

    sign_up(email="ada@example.org", liked=[papers[0].pk])

    assert feedback_rows() == []


def test_a_former_readers_earlier_feedback_stays(papers):
    reader = make_subscriber("ada@example.org")
    Feedback.objects.create(subscriber=reader, paper=papers[0], kind="less")
    reader.unsubscribe(NOON)

    choices = {"topics": [], "time_zone": "UTC", "said": {papers[0].pk: "more", papers[1].pk: "more"}}
    signing_up.sign_up("ada@example.org", choices, ConsentRequest(NOON, None))
    signing_up.confirm_subscription(reader, ConsentRequest(NOON, None))

    assert feedback_rows() == [("Topic 0, a", "less"), ("Topic 1, a", "more")]


def test_answers_about_papers_readers_cannot_see_are_not_kept(sign_up, papers):
    draft = make_paper("Of tomorrow")
    make_edition(draft, day=NOON.date().replace(day=22), published=False)

    sign_up(liked=[draft.pk, 10**15])

    assert feedback_rows() == []


@pytest.mark.parametrize("field", ["liked", "disliked"])
def test_a_malformed_paper_id_fails_the_sign_up(sign_up, queued, field):
    assert sign_up(**{field: ["1; DROP TABLE"]}).status_code == 422
    assert queued == []
