"""How fast the front page is, with the 51 papers of the seed page on SQLite: `python -m tests.benchmarks.front_page`.

It says how long the server takes for one page, cached or rendered again, and for a 304; how much goes over the wire;
and, if `wrk` is installed, how many pages per second two processes serve on the machine that also requests them.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

FOLDER = tempfile.TemporaryDirectory()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "VAR_DIR": FOLDER.name,
    "DEBUG": "false",
    "SECRET_KEY": "front-page-benchmark-" * 4,
    "SITE_URL": "https://localhost",
    "PROXY_COUNT": "1",
    "EMAIL_URL": "smtp+tls://localhost:587",
    "POSTAL_ADDRESS": "Example Lab",
}
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from digest.catalog.importing import import_seed_page  # noqa: E402
from digest.community import votes  # noqa: E402
from digest.editions import curation  # noqa: E402
from digest.models import Edition, Member  # noqa: E402
from subscriptions.starter_topics import load_topics  # noqa: E402

TIMES, SECONDS, WORKERS = 200, 10, 2
HEADERS = {"Accept-Encoding": "gzip", "Host": "localhost"}


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fill() -> Edition:
    """Publish the edition of the seed page."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    load_topics()
    edition = Edition.objects.get(day=import_seed_page().day)
    curation.publish_edition(edition, timezone.now())
    return edition


def median(ask: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the median time something takes, in ms; `before` is run each time and does not count."""
    durations = []
    for _ in range(TIMES):
        before()
        begin = time.perf_counter()
        ask()
        durations.append((time.perf_counter() - begin) * 1000)
    return statistics.median(durations)


def pages_a_second() -> str:
    """Return what wrk says about gunicorn."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    gunicorn = [Path(sys.executable).with_name("gunicorn"), "config.wsgi", "--bind", address, "--no-control-socket"]
    server = subprocess.Popen([*gunicorn, "--workers", str(WORKERS), "--log-level", "error"])
    try:
        time.sleep(5)
        headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
        load = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", *headers, "-H", "X-Forwarded-Proto: https", f"http://{address}/"]
        return subprocess.run(load, check=True, capture_output=True, text=True).stdout
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Fill, measure, and print the figures."""
    setup_test_environment(debug=False)
    edition = fill()
    papers = list(edition.papers.all())
    client = Client(headers=HEADERS)

    def page(**headers: str) -> object:
        return client.get("/", headers=headers, secure=True)

    with CaptureQueriesContext(connection) as captured:
        first = client.get("/", secure=True)
    assert first.status_code == 200, first.status_code
    say(f"{len(papers)} papers; {len(captured)} queries; {len(first.content) / 1000:.0f} KB compressed")
    members = [Member.objects.create(email=f"member{number}@example.org") for number in range(TIMES)]

    def vote() -> None:
        votes.cast_vote(members.pop(), papers[0], timezone.now())

    say(f"cached: {median(page):.2f} ms")
    say(f"304: {median(lambda: page(if_none_match=first['ETag'])):.2f} ms")
    say(f"rendered again after a vote: {median(page, vote):.1f} ms")
    say(f"rendered again with an empty cache: {median(page, cache.clear):.1f} ms")
    say(pages_a_second() if shutil.which("wrk") else "wrk is not installed, so pages per second were not measured")


if __name__ == "__main__":
    main()
