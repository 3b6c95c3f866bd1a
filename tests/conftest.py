"""What every test needs: its own folders, and nothing left over from the previous test."""

import os
from dataclasses import replace
from datetime import timedelta

import hypothesis
import pytest
import time_machine
from django.conf import settings as project
from django.core.cache import cache
from pytest_django.plugin import blocking_manager_key

from digest.catalog import vector_index
from digest.recommending import candidates, item_similarity
from digest.sending import throttle_store
from subscriptions import limits
from tests.support.factories import NOON
from tests.support.fake_source import fake_source
from tests.support.night_harvest import NIGHT
from tests.support.roles import restore_roles

# The same inputs on every run, and no complaints about a slow machine. HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


# Tests that use one of these fixtures commit their changes, and Django empties the database afterwards.
COMMITTING = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}


def pytest_collection_modifyitems(items):
    """Refuse a test that says it needs no database but asks for one."""
    for item in items:
        uses_database = item.get_closest_marker("django_db") or {"db", *COMMITTING}.intersection(item.fixturenames)
        if item.get_closest_marker("storeless") and uses_database:
            raise pytest.UsageError(f"{item.nodeid} is marked storeless, but uses the database")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Restore what the migrations put into the database for the next test, whatever the order of tests."""
    result = yield
    marker = item.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or COMMITTING.intersection(item.fixturenames)
    # After the last test of a process its database is gone.
    if commits and nextitem:
        with item.config.stash[blocking_manager_key].unblock():
            restore_roles()
    return result


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    """Hash passwords quickly: Django itself tests the slow hash used in production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_when_asked_for(settings):
    """Look up static files on request: listing them all for each client takes longer than a test."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """Keep a test's outbox and journals in its own folder."""
    settings.VAR_DIR = tmp_path
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture(autouse=True)
def nothing_left_over():
    """Caches and counters start empty."""
    cache.clear()
    throttle_store.throttle_store.cache_clear()
    vector_index.memory.cache_clear()
    item_similarity.clear_item_similarity()
    candidates.clear_recent_candidates()
    limits.limiter(project.RATE_LIMIT_STORAGE).storage.reset()
    limits.limiter(limits.IN_MEMORY_STORE).storage.reset()


@pytest.fixture
def at_noon():
    """Stop the clock at NOON."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def source(settings):
    """A server that all sources point to, with no wait between requests."""
    with fake_source() as server:
        settings.ARXIV_SPACING = timedelta(0)
        settings.ARXIV_OAI_URL = f"{server.url}/oai"
        settings.ARXIV_API_URL = f"{server.url}/api/query"
        settings.ARXIV_RSS_URL = f"{server.url}/rss"
        settings.HUGGINGFACE_URL = f"{server.url}/api/daily_papers"
        settings.SOURCE_SETUPS = {
            name: replace(setup, url=f"{server.url}/{name}" if setup.url else "", spacing=timedelta(0))
            for name, setup in project.SOURCE_SETUPS.items()
        }
        yield server


@pytest.fixture
def waits(monkeypatch):
    """The waits between tries, recorded instead of slept through."""
    waits_taken = []
    monkeypatch.setattr("digest.sources.fetching.sleep", waits_taken.append)
    return waits_taken


@pytest.fixture
def night(settings, time_machine, source, waits):
    """The night after a Tuesday, with arXiv's machine learning papers to harvest by OAI-PMH."""
    time_machine.move_to(NIGHT, tick=False)
    settings.SOURCES = ["oai"]
    settings.ARXIV_CATEGORIES = settings.EDITION_CATEGORIES = ["cs.LG"]
    return time_machine
