"""Opening an address that only takes forms."""

import pytest

from digest.site.wrong_method import page_above
from subscriptions.link_lifetimes import Purpose
from subscriptions.tokens import sign_token
from tests.support.factories import make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


def test_an_address_that_only_takes_forms_shows_a_page_with_the_way_back(client):
    paper = make_paper()
    make_edition(paper)

    page = client.get(f"/papers/{paper.pk}/vote")

    assert page.status_code == 405
    assert page["Allow"] == "POST"
    assert page["Cache-Control"] == "no-store"
    assert f'<a class="button" href="/papers/{paper.pk}">' in page.content.decode()


@pytest.mark.parametrize(
    ("purpose", "start", "end"),
    [
        (Purpose.PREFERENCES, "/preferences", "first-digest"),
        (Purpose.PREFERENCES, "/preferences", "opens/forget"),
        (Purpose.UNSUBSCRIBE, "/unsubscribe", "undo"),
    ],
)
def test_the_way_back_keeps_the_readers_link(client, purpose, start, end):
    above = f"{start}/{sign_token(purpose, make_subscriber().public_id.hex)}"

    assert f'href="{above}"' in client.get(f"{above}/{end}").content.decode()


@pytest.mark.parametrize(
    ("path", "above"),
    [("/preview", "/"), ("/opened/5", "/"), ("/account/passkeys", "/account"), ("/admin/digest/doctor/", "/admin/")],
)
def test_the_page_above_an_address(path, above):
    assert page_above(path) == above


def test_programs_get_no_page(client):
    refused = client.get("/preview", headers={"Accept": "application/json"})

    assert (refused.status_code, refused.content) == (405, b"")
    assert client.put("/preview").content == b""
