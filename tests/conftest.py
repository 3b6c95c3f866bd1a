"""What every test needs: folders of its own, and nothing left over from the test before."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as project
from django.core.cache import cache

from digest import everything, likes, meaning
from digest.sending import board
from subscriptions import limits
from tests.by_night import NIGHT
from tests.fake_source import fake_source
from tests.make import NOON


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """The outbox and the journals of a test lie in its own folder."""
    settings.VAR_DIR = tmp_path
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture(autouse=True)
def nothing_left_over():
    """Caches and counters start empty."""
    cache.clear()
    board.board.cache_clear()
    meaning.memory.cache_clear()
    likes.forget()
    everything.forget()
    limits.limiter(project.RATE_LIMIT_STORAGE).storage.reset()


@pytest.fixture
def at_noon():
    """The clock stands at NOON."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def source(settings):
    """A server that all sources are asked at, with no wait between two requests."""
    with fake_source() as server:
        settings.ARXIV_SPACING = timedelta(0)
        settings.ARXIV_OAI_URL = f"{server.url}/oai"
        settings.ARXIV_API_URL = f"{server.url}/api/query"
        settings.ARXIV_RSS_URL = f"{server.url}/rss"
        settings.HUGGINGFACE_URL = f"{server.url}/api/daily_papers"
        yield server


@pytest.fixture
def waits(monkeypatch):
    """The waits between two tries, which then take no time."""
    taken = []
    monkeypatch.setattr("digest.sources.fetching.sleep", taken.append)
    return taken


@pytest.fixture
def night(settings, time_machine, source, waits):
    """The night after a Tuesday, with arXiv's machine learning to gather by OAI-PMH."""
    time_machine.move_to(NIGHT, tick=False)
    settings.SOURCES = ["oai"]
    settings.ARXIV_CATEGORIES = settings.EDITION_CATEGORIES = ["cs.LG"]
    return time_machine
