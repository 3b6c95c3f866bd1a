"""Lists with abstracts or compact: each browser makes its own choice, and each style has its own cached page."""

import pytest
from django.test import Client

from tests.support.factories import DAY, make_edition, make_paper

pytestmark = pytest.mark.django_db


def choose(client, style, back="/trending"):
    return client.post("/list-style", {"style": style, "next": back})


def is_compact(page):
    return '<body class="compact">' in page.content.decode()


@pytest.mark.parametrize("address", ["/", f"/papers/{DAY}", "/trending"])
def test_a_choice_holds_for_every_list_until_it_is_undone(client, address):
    make_edition(make_paper("Motifs"))
    assert not is_compact(client.get(address))

    assert choose(client, "compact").url == "/trending"
    assert is_compact(client.get(address))

    choose(client, "reading")
    assert not is_compact(client.get(address))


def test_one_browsers_choice_does_not_affect_another(client):
    make_edition(make_paper("Motifs"))
    choose(client, "compact")
    client.get("/")

    assert not is_compact(Client().get("/"))


@pytest.mark.parametrize(
    "back",
    ["https://example.com/", "//example.com", "\\\\example.com", "", "javascript:alert(1)", "account", "%", "?", "-1"],
)
def test_it_only_leads_back_to_our_own_pages(client, back):
    assert choose(client, "compact", back).url == "/"


@pytest.mark.parametrize("style", ["", "wide", "\x00"])
def test_an_unknown_style_means_the_reading_list(client, style):
    make_edition(make_paper("Motifs"))
    choose(client, style)

    assert not is_compact(client.get("/"))


def test_opening_the_address_changes_nothing(client):
    assert client.get("/list-style").status_code == 405
