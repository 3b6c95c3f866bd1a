"""More, less and save in place, on every list and every paper's page; nothing personal gets into a cache."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from digest.community import accounts
from digest.composing import links
from digest.models import Feedback
from tests.support.factories import (
    DAY,
    NOON,
    give_opinion,
    make_delivery,
    make_edition,
    make_member,
    make_paper,
    make_subscriber,
    make_topic,
)
from tests.support.html import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
pytest_plugins = ["tests.support.member_browser"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def papers():
    topic = make_topic("Graph learning")
    papers = [make_paper(f"Paper {number}", about=topic, authors=["Ada Lovelace"]) for number in range(3)]
    make_edition(*papers)
    return papers


@pytest.fixture
def reader(sign_in):
    member = make_member("ada@example.org")
    sign_in(member)
    member.refresh_from_db()
    return member.subscriber


LISTS = ["/", f"/papers/{DAY}", f"/papers/{DAY:%Y-%m}", "/trending", "/topics/graph-learning", "/search?q=paper"]
LISTS += [f"/papers/{DAY:%G-W%V}", "/authors/Ada Lovelace"]


def feedback_rows():
    return sorted(Feedback.objects.values_list("subscriber", "paper__title", "kind"))


@pytest.mark.parametrize("address", [*LISTS, "/papers/{pk}"])
def test_known_readers_have_the_buttons_in_place_and_no_one_else_does(client, reader, papers, address):
    give_opinion(reader, papers[0], "less")
    address = address.format(pk=papers[0].pk)
    own, strangers = client.get(address), Client().get(address)

    page = html_of(own.content.decode())
    for paper in papers[:1] if address.count("/") == 2 and str(papers[0].pk) == address.rpartition("/")[2] else papers:
        pressed = [
            button.attributes["value"]
            for button in page.all("button")
            if button.attributes.get("id", "").endswith(f"-{paper.pk}") and button.attributes["aria-pressed"] == "true"
        ]
        assert pressed == (["less"] if paper == papers[0] else [])
    assert own["Cache-Control"] == "private, no-cache"
    assert "public" in strangers["Cache-Control"]
    assert 'class="feedback-buttons"' not in strangers.content.decode()


@pytest.mark.parametrize("address", LISTS)
def test_pages_cached_for_strangers_have_nothing_about_a_reader_whoever_comes_first(client, reader, papers, address):
    give_opinion(reader, papers[0], "saved")
    give_opinion(reader, papers[1], "more")
    cold = Client().get(address)
    cache.clear()

    assert 'class="feedback-buttons"' in client.get(address).content.decode()
    warm = Client().get(address)

    assert warm.content == cold.content
    assert warm["ETag"] == cold["ETag"]
    for word in ("ada@example.org", 'class="feedback-buttons"', "/preferences/me/saved"):
        assert word not in warm.content.decode()
    # The ETag of a stranger's page does not match the reader's own page.
    assert client.get(address, headers={"If-None-Match": warm["ETag"]}).status_code == 200


def test_each_reader_sees_their_own_marks(client, reader, papers, sign_in):
    give_opinion(reader, papers[0], "more")
    pressed = re.compile(r'"unsay" value="(\w+)"')
    assert pressed.findall(client.get("/").content.decode()) == ["more"]

    other = Client()
    member = make_member("grace@example.org")
    accounts.join_reader(member, NOON)
    sign_in(member)
    other.cookies = client.cookies

    assert pressed.findall(other.get("/").content.decode()) == []


@pytest.mark.parametrize("kind", ["more", "less", "saved"])
def test_one_click_gives_feedback_and_the_next_undoes_it_without_leaving_the_page(client, reader, papers, kind):
    address, back = f"/papers/{papers[0].pk}/opinion", "http://testserver/trending?page=1"

    answer = client.post(address, {"say": kind}, headers={"Referer": back})
    assert answer.url == f"{back}#paper-{papers[0].pk}"
    assert feedback_rows() == [(reader.pk, "Paper 0", kind)]

    client.post(address, {"unsay": kind}, headers={"Referer": back})
    assert feedback_rows() == []


def test_with_javascript_only_the_buttons_come_back(client, reader, papers):
    answer = client.post(f"/papers/{papers[0].pk}/opinion", {"say": "saved"}, headers=HTMX)

    page = html_of(answer.content.decode())
    assert len(page.all("button")) == 3
    assert len(page.all("article")) == 0
    assert 'href="/preferences/me/saved"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_strangers_are_sent_to_sign_in_and_nothing_is_recorded(client, papers):
    address = f"/papers/{papers[0].pk}/opinion"

    assert client.post(address, {"say": "more"}, headers={"Referer": "http://testserver/trending"}).url == (
        "/sign-in?next=http%3A%2F%2Ftestserver%2Ftrending"
    )
    assert client.post(address, {"say": "more"}, headers=HTMX)["HX-Redirect"].startswith("/sign-in")
    assert feedback_rows() == []


@pytest.mark.parametrize("data", [{}, {"say": "opened"}, {"say": "x"}, {"unsay": ""}])
def test_feedback_that_no_button_gives_is_rejected(client, reader, papers, data):
    assert client.post(f"/papers/{papers[0].pk}/opinion", data).status_code == 404
    assert feedback_rows() == []


def test_no_feedback_on_a_paper_without_a_page_or_by_a_get_request(client, reader, papers):
    draft = make_paper("Draft")
    make_edition(draft, published=False, day=DAY.replace(day=22))

    assert client.post(f"/papers/{draft.pk}/opinion", {"say": "more"}).status_code == 404
    assert client.get(f"/papers/{papers[0].pk}/opinion").status_code == 405
    assert feedback_rows() == []


def test_another_site_cannot_give_feedback_for_a_reader(client, reader, papers):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    address = f"/papers/{papers[0].pk}/opinion"

    assert strict.post(address, {"say": "more"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert strict.post(address, {"say": "more"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302
    assert feedback_rows() == [(reader.pk, "Paper 0", "more")]


def test_more_papers_cost_the_lists_no_more_queries(client, reader, django_assert_max_num_queries):
    make_edition(*[make_paper(f"More {number}") for number in range(40)], day=DAY.replace(day=22))

    with django_assert_max_num_queries(14):
        assert client.get("/").content.decode().count('class="feedback-buttons"') == 40


@pytest.mark.parametrize("address", ["/", f"/papers/{DAY}"])
def test_members_see_no_sign_up_card_and_can_subscribe_with_one_click(client, reader, papers, address):
    page = client.get(address).content.decode()
    assert '"/subscribe"' not in page
    assert 'action="/preferences/me/subscribe"' in page
    assert '"/subscribe"' in Client().get(address).content.decode()

    client.post("/preferences/me/subscribe")
    page = client.get(address).content.decode()

    assert '"/subscribe"' not in page
    assert 'action="/preferences/me/subscribe"' not in page


def test_the_header_links_known_readers_to_saved_and_account(client, reader, papers):
    for address in ("/", papers[0].get_absolute_url(), "/account", "/preferences/me"):
        page = client.get(address).content.decode()
        assert ">Saved</a>" in page
        assert ">Account</a>" in page
        assert "Sign in" not in page


@pytest.fixture
def mailed(papers):
    delivery = make_delivery(make_subscriber("reader@example.org"), papers[0].entry.edition, sent_at=NOON)
    return delivery, links.feedback(delivery.pk).removeprefix("http://localhost:8000")


def test_after_the_one_button_in_the_email_each_opinion_takes_one_click(client, mailed, papers):
    _, link = mailed
    client.post(f"{link}/{papers[0].pk}/more")
    page = client.get(f"{link}/{papers[0].pk}/more").content.decode()
    for paper in papers:
        assert f'action="{link}/{paper.pk}/opinion"' in page

    for paper in papers[1:]:
        assert client.post(f"{link}/{paper.pk}/opinion", {"say": "less"}).url == f"{link}#paper-{paper.pk}"

    assert [row[1:] for row in feedback_rows()] == [("Paper 0", "more"), ("Paper 1", "less"), ("Paper 2", "less")]


def test_opening_the_page_of_a_digest_changes_nothing_and_shows_earlier_feedback(client, mailed, papers):
    delivery, link = mailed
    give_opinion(delivery.subscriber, papers[1], "saved")

    page = client.get(link).content.decode()

    assert page.count('class="feedback-buttons"') == 3
    assert len(re.findall('aria-pressed="true"', page)) == 1
    assert [row[1:] for row in feedback_rows()] == [("Paper 1", "saved")]
    assert client.get(f"{link}/{papers[0].pk}/opinion").status_code == 405


def test_an_email_link_gives_no_feedback_on_papers_that_are_not_in_the_email(client, mailed):
    other = make_paper("Other")
    make_edition(other, day=DAY.replace(day=22))

    assert client.post(f"{mailed[1]}/{other.pk}/opinion", {"say": "more"}).status_code == 404
    assert feedback_rows() == []


def test_with_javascript_the_buttons_behind_an_email_link_keep_that_link(client, mailed, papers):
    answer = client.post(f"{mailed[1]}/{papers[0].pk}/opinion", {"say": "saved"}, headers=HTMX).content.decode()

    assert f'hx-post="{mailed[1]}/{papers[0].pk}/opinion"' in answer
    assert re.search(r'href="/preferences/[^"]+/saved"', answer)
    assert "/preferences/me" not in answer
