"""Every feed can be read, whatever others wrote, and what they wrote is text in it."""

import json
from xml.etree import ElementTree

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from digest.models import EditionPaper, LibraryEntry, Paper
from tests.support.every_address import every_address
from tests.support.hostile_html import HOSTILE, foreign_in

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.hostile_world"]

# Control characters, a line separator, noncharacters, and what ends a CDATA section.
UNWRITABLE = "\x0b\x1f\x85\u2028\ufffe\uffff\U0001ffff]]>"
FEEDS = {
    *("latest_atom", "latest_json", "topic_atom", "topic_json", "search_atom", "search_json"),
    *("own_feed_atom", "own_feed_json", "saved_feed"),
}


def html_in_atom(text):
    """Return the HTML in an Atom feed; fail if it is not XML."""
    parts = ElementTree.fromstring(text).iter()
    return [part.text or "" for part in parts if part.get("type") == "html"]


def html_in_json(text):
    return [item.get("content_html", "") for item in json.loads(text)["items"]]


def test_feeds_can_be_read_and_have_no_foreign_markup(hostile_world):
    client, values = hostile_world
    more = Value(UNWRITABLE)
    Paper.objects.update(
        title=Concat(F("title"), more), abstract=Concat(F("abstract"), more), authors=[f"{HOSTILE}{UNWRITABLE}"]
    )
    Paper.objects.update(original_abstract=F("abstract"), original_title=F("title"))
    EditionPaper.objects.update(note=Concat(Value("x"), more))
    LibraryEntry.objects.update(labels=[UNWRITABLE], note=UNWRITABLE)
    addresses = {address.name: address.path for address in every_address(values) if address.name in FEEDS}
    foreign = {}

    for name, path in addresses.items():
        for query in ["hostile", f"hostile {HOSTILE} {UNWRITABLE}"]:
            answer = client.get(path, {"q": query})
            is_json = answer["Content-Type"].startswith("application/feed+json")
            html = html_in_json(answer.content) if is_json else html_in_atom(answer.content)
            assert html or query != "hostile"
            if came_through := [part for text in html for part in foreign_in(text)]:
                foreign[name] = came_through

    assert foreign == {}


def test_every_feed_is_here(hostile_world):
    client, values = hostile_world
    kinds = ("application/atom+xml", "application/feed+json")
    shown = {
        address.name for address in every_address(values) if client.get(address.path)["Content-Type"].startswith(kinds)
    }
    assert shown == FEEDS
