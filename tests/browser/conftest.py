"""A reader's browser on the live site, with the seed page as its edition."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import sync_playwright

from config import celery_app
from digest.catalog.importing import import_seed_page
from digest.editions import curation
from digest.models import Edition, EditionPaper
from subscriptions.limits import limiter
from subscriptions.starter_topics import load_topics
from tests.browser.curating import person

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# A test's browser talks only to the site.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists():
        pytest.fail(f"No browser at {CHROMIUM}: install Debian's chromium or set CHROMIUM")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, so Django would refuse the tests access to the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server, settings, tmp_path):
    """The address of the site. Its emails go to a folder of the test's own."""
    settings.DEBUG = True
    settings.SITE_URL = live_server.url
    settings.EMAIL_BACKEND = "digest.sending.file_backend.OutboxBackend"
    settings.OUTBOX_DIR = tmp_path / "outbox"
    # Each test counts its own emails.
    limiter.cache_clear()
    celery_app.conf.task_always_eager = True
    yield live_server.url
    celery_app.conf.task_always_eager = False


@pytest.fixture
def edition(site):
    """The seed page, published."""
    load_topics()
    day = import_seed_page().day
    edition = Edition.objects.get(day=day)
    curation.publish_edition(edition, timezone.now())
    return edition


def is_complaint(message):
    """Return whether a console message reports a fault.

    Chromium also logs an error when a form is shown again, a change came too late, a sign-in has ended or a passkey was
    refused, and htmx when a search under way gives way to the next, as `hx-sync` asks: once as "afterRequest", which it
    logs before the kind of each fault, and once as "sendAbort".
    """
    expected = ("status of 422", "status of 409", "status of 400", "htmx:afterRequest", "htmx:sendAbort")
    expected += ("status of 401", "Status Error Code 401")
    return message.type in {"error", "warning"} and not any(words in message.text for words in expected)


@pytest.fixture
def open_page(chromium, site):
    """Return a function that opens a page in a new browser context with the given options.

    The pages must contact no other host and cause no complaints in the console.
    """
    contexts, hosts, complaints = [], set(), []

    def open_page(**options):
        context = chromium.new_context(base_url=site, locale="en-GB", timezone_id="Europe/Berlin", **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        context.on("console", lambda message: is_complaint(message) and complaints.append(message.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert hosts <= {urlsplit(site).netloc}, "a page asked another host"
    assert complaints == [], "the console complained"


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def draft(site, settings):
    """Fifty candidates, and an edition for tomorrow with none of them."""
    load_topics()
    import_seed_page()
    EditionPaper.objects.all().delete()
    Edition.objects.all().delete()
    return Edition.objects.create(day=timezone.now().date() + timedelta(days=1))


@pytest.fixture
def curator(draft):
    person("ada")
