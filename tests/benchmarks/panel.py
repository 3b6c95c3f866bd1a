"""How many queries and how much time each page of the panel takes with a large database.

    .ci/with-services python -m tests.benchmarks.panel [subscribers] [papers] [deliveries]

By default a million subscribers, 100,000 papers and ten million deliveries, in PostgreSQL. Each page is requested six
times; the first time does not count, the slowest of the others does. A database that an earlier run filled is measured
as it is.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from digest.metrics import tallies  # noqa: E402
from digest.metrics.benchmark import population  # noqa: E402
from digest.models import Delivery, Edition, Paper  # noqa: E402
from subscriptions.models import Subscriber  # noqa: E402

TIMES = 5
MOST_QUERIES, MOST_MS = 20, 500
SUBSCRIBERS = """
    INSERT INTO subscriptions_subscriber
        (public_id, email, email_key, status, next_digest_at, created_at, confirmed_at, seen_until)
    SELECT gen_random_uuid(), 'reader' || n || '@example.org', 'reader' || n || '@example.org', 'active',
        now() + interval '1 day', now() - random() * interval '300 days', now() - random() * interval '300 days', now()
    FROM generate_series(1, %s) n
"""
FOLLOWS = """
    INSERT INTO subscriptions_follow (subscriber_id, topic_id, weight)
    SELECT s.id, t.id, 1 FROM subscriptions_subscriber s
    CROSS JOIN LATERAL (SELECT id FROM subscriptions_topic WHERE (id + s.id) % 8 = 0 LIMIT 3) t
"""
PAPERS = """
    INSERT INTO digest_paper (title, abstract, original_title, source, created_at, updated_at)
    SELECT 'Paper ' || n || ' on graphs and measures', 'An abstract.', 'Paper ' || n, 'arxiv',
        now() - n * interval '20 minutes', now()
    FROM generate_series(1, %s) n
"""
DELIVERIES = """
    INSERT INTO digest_delivery (subscriber_id, period, edition_id, content, status, created_at, not_before, attempts,
        claimed_by, sent_at, provider_id, error)
    SELECT id, %s, %s, '{"papers": [], "of": 51}',
        CASE WHEN id %% 200 = 0 THEN 'bounced' WHEN id %% 301 = 0 THEN 'failed' ELSE 'delivered' END,
        now(), now(), 1, '', now(), '', ''
    FROM subscriptions_subscriber ORDER BY id LIMIT %s
"""


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fill(subscribers: int, papers: int, deliveries: int) -> Edition:
    """Fill the database and return a draft for tomorrow with candidates."""
    population.make_edition()
    newest = Edition.objects.get()
    with connection.cursor() as cursor:
        say("subscribers and what they follow ...")
        _insert(cursor, Subscriber, SUBSCRIBERS, subscribers)
        cursor.execute(FOLLOWS)
        say("papers ...")
        _insert(cursor, Paper, PAPERS, papers)
        for back in range(-(-deliveries // subscribers)):
            day = newest.day - timedelta(days=back)
            edition, _ = Edition.objects.get_or_create(day=day)
            if not edition.is_published:
                edition.publish(datetime.combine(day, datetime.min.time(), UTC))
            say(f"deliveries of {day} ...")
            cursor.execute(DELIVERIES, [day, edition.pk, min(subscribers, deliveries - back * subscribers)])
        cursor.execute("ANALYZE")
    draft = Edition.objects.create(day=newest.day + timedelta(days=1))
    draft.append(list(Paper.objects.filter(entry=None).order_by("-created_at")[:15]))
    return draft


def _insert(cursor, model, statement, number):
    """Insert rows with a statement that names some columns; those it does not name get the model's default."""
    columns = {part.strip() for part in statement.partition("(")[2].partition(")")[0].split(",")}
    with connection.schema_editor() as editor:
        for field in model._meta.concrete_fields:
            if field.column not in columns and not field.primary_key and not field.null:
                default = editor.effective_default(field)
                editor.execute(f"ALTER TABLE {model._meta.db_table} ALTER {field.column} SET DEFAULT %s", [default])
    cursor.execute(statement, [number])


def pages(draft: Edition) -> dict[str, str]:
    """Return the URLs of the pages by what they are."""
    reader, edition = Subscriber.objects.order_by("pk")[100], f"/admin/digest/edition/{draft.pk}"
    delivery = Delivery.objects.order_by("-pk")[0]
    return {
        "today": "/admin/",
        "editions": "/admin/digest/edition/",
        "board": f"{edition}/board/",
        "board, filtered": f"{edition}/board/?source=arxiv&text=graphs",
        "who gets what": f"{edition}/audience/",
        "preview": f"{edition}/preview/",
        "publishing": f"{edition}/publishing/",
        "edition form": f"{edition}/change/",
        "explain": f"{edition}/explain/?address={reader.email}",
        "papers": "/admin/digest/paper/",
        "papers, searched": "/admin/digest/paper/?q=paper+77777",
        "submissions": "/admin/digest/submission/queue/",
        "subscribers": "/admin/subscriptions/subscriber/",
        "subscribers, searched": "/admin/subscriptions/subscriber/?q=reader77",
        "history": f"/admin/subscriptions/subscriber/{reader.pk}/story/",
        "subscriber form": f"/admin/subscriptions/subscriber/{reader.pk}/change/",
        "lists": "/admin/subscriptions/roster/",
        "topics": "/admin/subscriptions/topic/",
        "suppressions": "/admin/subscriptions/suppression/",
        "deliveries": "/admin/digest/delivery/",
        "deliveries, failed": "/admin/digest/delivery/?status__exact=failed",
        "deliveries, searched": "/admin/digest/delivery/?q=reader777",
        "delivery": f"/admin/digest/delivery/{delivery.pk}/change/",
        "feedback": "/admin/digest/feedback/",
        "people": "/admin/auth/user/",
        "trail": "/admin/admin/logentry/",
        "sources": "/admin/digest/sourcerun/",
    }


def measure(client: Client, address: str) -> tuple[int, float]:
    """Return how many queries a page makes, and the slowest of several times in ms."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200, address
    queries, slowest = len(captured), 0.0
    for _ in range(TIMES):
        begin = time.perf_counter()
        client.get(address)
        slowest = max(slowest, (time.perf_counter() - begin) * 1000)
    return queries, slowest


def _owner():
    """Return a user who may do everything."""
    people = get_user_model().objects
    return people.filter(is_superuser=True).first() or people.create_superuser("bench", "bench@example.org")


def main() -> None:
    """Fill, count, and measure each page."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000_000, 100_000, 10_000_000]
    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)
    draft = Edition.objects.filter(published_at=None).first() or fill(*sizes)
    now = datetime.now(UTC)
    tallies.count_history(now, 60)
    for count in (tallies.update_sending_tallies, tallies.update_tallies):
        begin = time.perf_counter()
        count(now)
        say(f"{count.__name__}: {time.perf_counter() - begin:.1f} s")
    client = Client()
    client.force_login(_owner())
    say(f"\n{'page':26} queries     ms")
    for name, address in pages(draft).items():
        queries, slowest = measure(client, address)
        mark = "" if queries <= MOST_QUERIES and slowest <= MOST_MS else "  over"
        say(f"{name:26} {queries:7} {slowest:6.0f}{mark}")


if __name__ == "__main__":
    main()
