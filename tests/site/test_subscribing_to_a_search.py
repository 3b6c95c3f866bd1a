"""From a search to a subscription that follows its words and its topic."""

import re
from html import unescape

import pytest
from django.core import mail

from digest.recommending import planning
from subscriptions import emails, signing_up
from subscriptions.data_export import personal_data
from subscriptions.models import Rule, Status, Subscriber
from subscriptions.phrases import MAX_PHRASES
from subscriptions.signing_up import ConsentRequest
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def topic():
    return make_topic("Graph learning", slug="graph-learning")


@pytest.fixture
def edition():
    return make_edition(make_paper("On graph networks"), make_paper("Networks of graphs"))


def box(html):
    """Return the value of the ticked box, or None if there is none."""
    match = re.search(r'<input type="checkbox" name="follow" value="([^"]*)" checked>', html)
    return unescape(match[1]) if match else None


def followed():
    return list(Rule.objects.values_list("kind", "phrase"))


def ask(**choices):
    return signing_up.sign_up(ADDRESS, {"topics": [], "time_zone": "UTC", **choices}, ConsentRequest(NOON, None))


# --- The page ---


def test_a_search_links_to_a_form_that_says_what_the_reader_will_follow(client, edition, topic):
    for paper in edition.papers.all():
        paper.topics.add(topic, through_defaults={"score": 0.9})
    page = client.get("/search?q=graph++networks&topic=graph-learning&since=2025-08-01").content.decode()
    link = unescape(re.search(r'href="(/subscribe\?[^"]+)"', page)[1])

    html = client.get(link).content.decode()

    assert "You’ll follow" in html
    assert box(html) == "graph networks"
    assert re.search(rf'name="topics" value="{topic.pk}"[^>]* checked', html)
    assert not Subscriber.objects.exists()


def test_a_ticked_topic_is_not_folded_away(client):
    topics = [make_topic(f"Topic {number}", slug=f"topic-{number}") for number in range(9)]

    assert '<details class="further">' in client.get("/subscribe").content.decode()
    assert '<details class="further" open>' in client.get(f"/subscribe?topic={topics[-1].slug}").content.decode()


def test_without_a_search_there_is_nothing_to_follow(client):
    assert "You’ll follow" not in client.get("/subscribe?q=+").content.decode()


def test_quotation_marks_are_not_part_of_the_words(client):
    assert box(client.get('/subscribe?q="graph networks"').content.decode()) == "graph networks"


def test_the_words_of_a_search_are_shown_as_text(client):
    html = client.get("/subscribe", {"q": '"><script>alert(1)</script>.*'}).content.decode()

    assert "<script>alert" not in html
    assert box(html) == "><script>alert(1)</script>.*"


@pytest.mark.parametrize(("words", "message"), [("long " * 40, "longer than 100")])
def test_a_search_that_cannot_be_followed_says_so_and_the_form_still_works(client, words, message):
    answer = client.get("/subscribe", {"q": words})

    assert answer.status_code == 200
    html = answer.content.decode()
    assert "You can’t follow this search by email" in html
    assert message in html
    assert box(html) is None


@pytest.mark.parametrize("slug", ["gone", "<b>"])
def test_an_unknown_topic_is_left_out(client, slug):
    html = client.get("/subscribe", {"q": "graph networks", "topic": slug}).content.decode()

    assert box(html) == "graph networks"
    assert not re.search(r'name="topics"[^>]* checked', html)


# --- The preview ---


def test_the_preview_shows_what_the_words_match(client, edition):
    html = client.post("/preview", {"follow": "graph networks"}, headers=HTMX).content.decode()

    assert "1 of the 2 papers" in html
    assert "Matches “graph networks”" in html


def test_without_javascript_the_preview_keeps_the_words(client, edition):
    assert box(client.post("/preview", {"follow": "graph networks"}).content.decode()) == "graph networks"


# --- Signing up with it ---


def test_an_error_elsewhere_keeps_the_words(sign_up):
    answer = sign_up(email="ada@", follow="graph networks")

    assert answer.status_code == 422
    assert box(answer.content.decode()) == "graph networks"
    assert not Subscriber.objects.exists()


def test_words_that_are_too_long_get_a_clear_error(sign_up):
    answer = sign_up(follow="long " * 40)

    assert answer.status_code == 422
    assert "longer than 100 characters" in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_a_confirmed_sign_up_follows_the_words_and_the_topic(sign_up, topic, edition):
    sign_up(follow=" Graph  networks ", topics=[topic.pk])
    reader = Subscriber.objects.get()
    assert reader.status == Status.PENDING

    signing_up.confirm_subscription(reader, ConsentRequest(NOON, None))

    reader.refresh_from_db()
    assert followed() == [("follow", "Graph networks")]
    assert list(reader.topics.all()) == [topic]
    assert personal_data(reader)["words to follow"] == ["Graph networks"]
    planning.plan(reader.next_digest_at)
    ((_, code, argument),) = reader.deliveries.get(period=DAY.replace(day=22)).content["papers"]
    assert (code, argument) == ("keyword", "Graph networks")


def test_unticked_words_are_not_followed(sign_up):
    sign_up()

    assert followed() == []


def test_a_second_attempt_replaces_the_words_of_the_first():
    ask(follow=("graph networks",))
    ask(follow=("optimal transport",))

    assert followed() == [("follow", "optimal transport")]


def test_a_stranger_cannot_add_words_to_an_active_subscriber(sign_up):
    make_subscriber(ADDRESS)

    sign_up(email=ADDRESS, follow="graph networks")

    assert followed() == []


def test_words_that_a_former_reader_follows_and_mutes_stay():
    reader = make_subscriber(ADDRESS, confirmed_at=NOON)
    Rule.objects.create(subscriber=reader, kind="follow", phrase="optimal transport")
    Rule.objects.create(subscriber=reader, kind="mute", phrase="blockchain")
    reader.unsubscribe(NOON)

    ask(follow=("Optimal  Transport", "graph networks"))
    signing_up.confirm_subscription(reader, ConsentRequest(NOON, None))

    assert sorted(followed()) == [("follow", "graph networks"), ("follow", "optimal transport"), ("mute", "blockchain")]


def test_a_former_reader_who_already_follows_the_maximum_gets_no_more_words():
    reader = make_subscriber(ADDRESS, confirmed_at=NOON)
    phrases = [f"phrase {number}" for number in range(MAX_PHRASES)]
    Rule.objects.bulk_create([Rule(subscriber=reader, kind="follow", phrase=phrase, key=phrase) for phrase in phrases])
    reader.unsubscribe(NOON)

    ask(follow=("graph networks",))
    signing_up.confirm_subscription(reader, ConsentRequest(NOON, None))

    assert reader.rules.count() == MAX_PHRASES


def test_the_confirmation_email_mentions_the_words_without_quoting_them():
    """Otherwise anyone could have a text of their own emailed to anyone."""
    emails.send_confirmation(ask(follow=("buy at evil.example",)))

    (sent,) = mail.outbox
    for part in (sent.body, sent.alternatives[0].content):
        assert "with the words you asked for" in part
        assert "evil.example" not in part
