"""In the browser that signed up, the link in the mail confirms at once; in any other it shows one button."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from subscriptions import links
from subscriptions.models import Status, Subscriber
from subscriptions.views.sign_up_cookie import SIGN_UP_COOKIE, SIGN_UP_COOKIE_LIFETIME
from tests.support.factories import NOON, make_topic

pytest_plugins = ["tests.support.sign_up_mail"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

TYPED = "Ada@example.org"


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def link(sign_up):
    """The path of the link in the mail that this browser's sign-up sends."""
    sign_up(email=TYPED)
    return links.confirm_url(Subscriber.objects.get()).removeprefix("http://localhost:8000")


def is_confirmed():
    return Subscriber.objects.get().status == Status.ACTIVE


def test_opening_the_link_confirms_and_welcomes(client, link):
    page = client.get(link, follow=True).content.decode()

    assert is_confirmed()
    assert "Welcome" in page
    assert Subscriber.objects.get().consents.get().confirmed_at == NOON
    assert client.cookies[SIGN_UP_COOKIE].value == ""


def test_a_scanner_without_the_cookie_confirms_no_one(link):
    page = Client().get(link).content.decode()

    assert not is_confirmed()
    assert "Yes, subscribe me" in page


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_prefetched_page_confirms_no_one(client, link, headers):
    client.get(link, headers=headers)

    assert not is_confirmed()


def test_a_head_request_confirms_no_one(client, link):
    client.head(link)

    assert not is_confirmed()


def test_the_cookie_is_valid_for_an_hour(client, link, noon):
    noon.shift(SIGN_UP_COOKIE_LIFETIME + timedelta(seconds=1))
    client.get(link)

    assert not is_confirmed()


@pytest.mark.parametrize("value", ["", "forged", "a:b:c", "é"])
def test_a_forged_cookie_confirms_no_one(client, link, value):
    client.cookies[SIGN_UP_COOKIE] = value
    client.get(link)

    assert not is_confirmed()


def test_the_cookie_of_another_address_confirms_no_one(client, link, sign_up):
    sign_up(email="emmy@example.org")
    client.get(link)

    assert Subscriber.objects.with_address(TYPED).get().status == Status.PENDING


def test_a_later_request_from_someone_else_needs_the_button(client, link, noon):
    noon.shift(60)
    Client().post("/subscribe", {"email": TYPED, "time_zone": "UTC", "local_time": "07:00", "frequency": "daily"})
    client.get(link)

    assert not is_confirmed()


def test_the_next_page_shows_the_address_only_to_the_person_who_typed_it(client, link):
    assert TYPED in client.get("/subscribe/sent").content.decode()
    assert TYPED not in Client().get("/subscribe/sent").content.decode()


def test_a_typo_can_be_corrected_and_the_choices_are_kept(client, sign_up):
    topic = make_topic("Robotics")
    sign_up(email="ada@exmaple.org", topics=[topic.pk], local_time="18:30")

    html = client.get("/subscribe?change=1").content.decode()

    assert 'value="ada@exmaple.org"' in html
    assert '<option value="18:30" selected>' in html
    assert "checked" in html.split(f'name="topics" value="{topic.pk}"')[1].split(">")[0]


def test_a_long_form_still_keeps_the_address(client, sign_up):
    sign_up(email=TYPED, follow="\n".join(f"{number} {'long phrase ' * 6}" for number in range(40)))

    assert TYPED in client.get("/subscribe?change=1").content.decode()


def test_the_limit_is_shown_as_it_is_set(client, settings):
    settings.MAILS_PER_ADDRESS = "5 per 2 hours"

    assert "5 of these emails per 2 hours" in client.get("/subscribe/sent").content.decode()


def test_a_form_on_another_site_can_prefill_ours(client):
    robotics, graphs = make_topic("Robotics"), make_topic("Graphs")

    html = client.get(
        "/subscribe", {"email": TYPED, "topic": [robotics.slug, graphs.slug, "no-such-topic", "no slug"]}
    ).content.decode()

    assert f'value="{TYPED}"' in html
    for topic in (robotics, graphs):
        assert "checked" in html.split(f'name="topics" value="{topic.pk}"')[1].split(">")[0]


@pytest.mark.parametrize("query", [{"email": "x" * 3000}, {"topic": "a b"}, {"email": '"><script>'}])
def test_invalid_values_in_the_url_are_left_out(client, query):
    page = client.get("/subscribe", query)

    assert page.status_code == 200
    assert b"<script>" not in page.content
