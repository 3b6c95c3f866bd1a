"""Interests in the reader's own words: written, previewed, saved, exported and erased."""

import json

import pytest
from django.urls import reverse

from digest.models import Feedback
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from subscriptions.phrases import MAX_OWN_WORDS
from tests.support.factories import make_edition, make_embedded, make_subscriber
from tests.support.html import html_of

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

WORDS = "Robot grasping, but not drones"
REASON = "Close to what you wrote about your interests"


@pytest.fixture(autouse=True)
def edition():
    for title in ("Sparse attention", "Dark matter in dwarf galaxies", "Protein folding", "Voting and its paradoxes"):
        make_embedded(title)
    titles = ("Flying drones through forests", "Sourdough bread", "Grasping objects with robot hands")
    return make_edition(*map(make_embedded, titles))


def token_of(reader):
    return links.token(Purpose.PREFERENCES, reader)


def fields_of(reader, **fields):
    names = ("time_zone", "frequency", "weekday", "month_day", "max_papers", "least_match", "channel")
    return {name: getattr(reader, name) for name in names} | {"local_time": f"{reader.local_time:%H:%M}", **fields}


def test_own_words_can_be_read_and_changed_in_the_preferences(client):
    reader = make_subscriber(own_words="Sourdough")
    address = f"/preferences/{token_of(reader)}"

    field = html_of(client.get(address).content.decode()).one("[name=own_words]")
    assert field.text.strip() == "Sourdough"
    for words in (WORDS, ""):
        client.post(address, fields_of(reader, own_words=words))
        reader.refresh_from_db()
        assert reader.own_words == words


def test_the_preview_follows_the_words_and_saves_nothing(client):
    reader = make_subscriber()
    address = f"/preferences/{token_of(reader)}/preview"
    html = client.post(address, fields_of(reader, own_words=WORDS), headers={"HX-Request": "true"}).content.decode()

    assert html.index("Grasping objects") < html.index("Sourdough") < html.index("Flying drones")
    assert html.count(REASON) == 1
    reader.refresh_from_db()
    assert reader.own_words == ""


def test_a_text_that_is_too_long_gets_an_error_in_place_and_changes_nothing(client):
    reader = make_subscriber(own_words=WORDS)
    address = f"/preferences/{token_of(reader)}"
    page = html_of(client.post(address, fields_of(reader, own_words="x" * (MAX_OWN_WORDS + 1))).content.decode())

    (layer,) = [details for details in page.all("details") if details.all("[name=own_words]")]
    assert "open" in layer
    assert f"at most {MAX_OWN_WORDS} characters" in page.text
    reader.refresh_from_db()
    assert reader.own_words == WORDS


def test_own_words_at_sign_up_count_in_the_preview_of_todays_digest_and_are_saved(client, sign_up):
    page = client.post("/start/reading-list", {"interests": WORDS})
    form = html_of(page.content.decode())

    assert form.one("[name=own_words]").text.strip() == WORDS
    assert REASON in page.content.decode()
    sign_up(own_words=WORDS)
    assert Subscriber.objects.get().own_words == WORDS


def test_a_subscriber_sees_what_words_would_change_and_saves_them(client):
    reader = make_subscriber(own_words="Sourdough")
    token = token_of(reader)
    page = client.post(reverse("own_reading_list", args=[token]), {"interests": WORDS})
    assert REASON in page.content.decode()

    client.post(reverse("keep_reading_list", args=[token]), {"own_words": WORDS})
    reader.refresh_from_db()
    assert reader.own_words == WORDS
    client.post(reverse("keep_reading_list", args=[token]), {"follow": ["bread"]})
    reader.refresh_from_db()
    assert reader.own_words == WORDS
    assert not Feedback.objects.exists()


def test_own_words_are_in_the_readers_data(client):
    reader = make_subscriber(own_words=WORDS)
    data = json.loads(client.get(f"/preferences/{token_of(reader)}/data.json").content)

    assert data["profile"]["own_words"] == WORDS


def test_words_a_stranger_typed_for_a_former_reader_change_nothing_until_they_confirm(sign_up):
    reader = make_subscriber("sofia@example.org", own_words="Sourdough")
    reader.unsubscribe(reader.created_at)

    sign_up(email="sofia@example.org", own_words=WORDS)
    reader.refresh_from_db()
    assert reader.own_words == "Sourdough"
