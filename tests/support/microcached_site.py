"""A pytest plugin: a site with a microcache, a paper on it, and the clock that the microcache reads."""

import pytest
from django.test import Client

from digest.site import microcache
from tests.support.factories import make_edition, make_paper


@pytest.fixture
def listed_paper(db):
    paper = make_paper("Motifs")
    make_edition(paper)
    return paper


@pytest.fixture
def visitor(settings):
    """A browser of a site with a microcache of its own."""
    settings.PAGE_CACHE_SECONDS = 5
    return Client()


@pytest.fixture
def microcache_clock(monkeypatch):
    """The seconds that the microcache reads, for a test to move."""
    seconds = [1000.0]
    monkeypatch.setattr(microcache.time, "monotonic", lambda: seconds[0])
    return seconds
