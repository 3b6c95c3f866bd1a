"""Links with something stuck to their end still lead where they were meant to."""

import pytest

from digest.composing import links as digest_links
from subscriptions import links
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db

HOST = "http://localhost:8000"
GLUED = [".", ")", ">", "/", ",", ";", '"', "'", "”", "’", "»", "%3E", "%22", "%253E", "&gt;", ").", ">.", "*"]


@pytest.fixture
def paths():
    reader = make_subscriber()
    reader.renew_feed()
    delivery = make_delivery(reader, make_edition(make_paper("Graph motifs")), status="sent")
    feedback, paper = digest_links.feedback(delivery.pk), delivery.content["papers"][0][0]
    addresses = [
        links.confirm_url(reader),
        links.preferences_url(reader),
        links.unsubscribe_url(reader),
        digest_links.view(delivery.pk),
        feedback,
        f"{feedback}/{paper}",
        f"{feedback}/{paper}/more",
        links.feed_urls(reader.feed_key)["Atom"],
        f"/papers/{paper}",
        "/papers/2025-08-21",
        "/subscribe",
    ]
    return [address.removeprefix(HOST) for address in addresses]


@pytest.mark.parametrize("end", GLUED)
def test_characters_stuck_to_a_link_are_cut_off(client, paths, end):
    for path in paths:
        answer = client.get(f"{path}{end}")

        assert (answer.status_code, answer.url) == (302, path), path
        assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/.",
        "/\\evil.example/.",
        "/%2F%2Fevil.example/.",
        "/nothing-here.",
        "/confirm/.",
        "/preferences/%00",
        "/é",
        "/admin/no-such-page/.",
        "/api/no-such-page.",
        "/papers/999999.)" + 50 * ".",
    ],
)
def test_an_unknown_address_is_not_found_and_leads_to_no_other_site(client, path):
    answer = client.get(path)

    assert answer.status_code in {404, 302}
    if answer.status_code == 302:
        assert answer.url.startswith("/admin/login/")


def test_a_link_that_was_changed_is_still_rejected(client, paths):
    answer = client.get(f"{paths[0][:-2]}.", follow=True)

    assert answer.status_code == 404


def test_a_post_is_not_redirected(client, paths):
    assert client.post(f"{paths[2]}.").status_code == 404


def test_a_link_with_a_query_keeps_it(client):
    assert client.get("/subscribe.?q=graphs").url == "/subscribe?q=graphs"


def test_a_page_whose_real_address_ends_that_way_is_left_alone(client):
    make_edition(make_paper(authors=["Sammy Davis Jr."]))

    assert client.get("/authors/Sammy%20Davis%20Jr.").status_code == 200
