"""What cannot be undone is asked for twice, and a form that comes too late says that nothing was saved."""

import pytest

from digest.models import Member
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import make_edition, make_member, make_paper, make_subscriber
from tests.support.html import html_of

pytest_plugins = ["tests.support.member_browser"]
pytestmark = pytest.mark.django_db
LOST = "You’re not signed in, so nothing was saved."


def preferences_address(reader, page=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{page}"


def test_deleting_ones_data_needs_a_tick(client):
    page = html_of(client.get(preferences_address(make_subscriber(), "/data")))

    assert "required" in page.one("main form [type=checkbox]")


def test_deleting_an_account_needs_a_tick_and_says_that_it_is_done(client, sign_in):
    sign_in(make_member())
    assert "required" in html_of(client.get("/account")).one("details form [type=checkbox]")

    answer = client.post("/account/leave", follow=True)

    assert answer.redirect_chain == [("/preferences/erased", 302)]
    assert "Everything’s deleted" in answer.content.decode()
    assert not Member.objects.exists()


def test_the_address_of_a_feed_is_only_given_up_after_a_warning(client):
    reader = make_subscriber()
    reader.renew_feed()

    page = html_of(client.get(preferences_address(reader)))

    assert "can’t be restored" in page.one("#feed details").text
    assert "Turn off" in page.one("#feed details").text


@pytest.mark.parametrize("path", ["/preferences/me", "/papers/{paper}/vote", "/submit"])
def test_a_form_sent_after_the_sign_in_ended_says_that_nothing_was_saved(client, path):
    paper = make_paper()
    make_edition(paper)

    page = client.post(path.format(paper=paper.pk), follow=True)

    assert page.redirect_chain[-1][0].startswith("/sign-in")
    assert LOST in page.content.decode()


def test_opening_a_page_that_needs_a_sign_in_says_nothing_of_the_kind(client):
    assert LOST not in client.get("/account", follow=True).content.decode()
