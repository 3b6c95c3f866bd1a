"""The navigation marks the current page, also on account pages, which have two addresses."""

import pytest

from subscriptions import links
from tests.support.factories import make_subscriber
from tests.support.html import html_of

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.member_browser"]


def marks(client, address):
    """Return what is marked as the current page, or as the section it belongs to."""
    return [
        (link.text, link["aria-current"]) for link in html_of(client.get(address)).all("a") if "aria-current" in link
    ]


@pytest.mark.parametrize(
    ("address", "marked"),
    {
        "/account": ("Account", "page"),
        "/preferences/me/account": ("Account", "page"),
        "/preferences/me": ("Account", "true"),
        "/preferences/me/digests": ("Account", "true"),
        "/preferences/me/data": ("Account", "true"),
        "/saved": ("Saved", "page"),
        "/preferences/me/saved": ("Saved", "page"),
        "/trending": ("Trending", "page"),
    }.items(),
)
def test_pages_are_marked_for_signed_in_readers(client, sign_in, address, marked):
    sign_in()

    assert marks(client, address) == [marked]


@pytest.mark.parametrize(("page", "marked"), {"/account": "Account", "/saved": "Saved", "/feedback": "Account"}.items())
def test_pages_are_marked_behind_an_email_link_too(client, page, marked):
    address = links.preferences_url(make_subscriber()).partition("8000")[2] + page

    assert [text for text, _ in marks(client, address)] == [marked]
