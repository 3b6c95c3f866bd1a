"""From 0.1.0 to this version, with 200,000 subscribers and a million deliveries: what is kept, locked, and how long.

    .ci/with-services python -m tests.benchmarks.upgrade [subscribers] [deliveries]

0.1.0's tables are made by its own commit's migrations. While this version's migrations run, threads constantly read and
write each hot table, and the locks are checked every 20 ms. Ends with status 1 if a row changed that should not have,
or if anyone waited for more than a second.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
# The first commit whose changelog has 0.1.0; its second migrations came after that version.
COMMIT, FIRST = "4a1e3f6", ["subscriptions", "digest"]
HOT = ["subscriptions_subscriber", "digest_delivery", "digest_event", "digest_paper", "digest_edition"]
MOST_SECONDS = 1.0
DAYS, PAPERS = 5, 5000

FILL = [
    """INSERT INTO digest_paper (title, abstract, original_title, original_abstract, authors, arxiv_categories,
        code_url, project_url, source, created_at, updated_at)
    SELECT 'Paper ' || n || ' on graphs', repeat('An abstract of some length. ', 40), 'Paper ' || n, 'Abstract ' || n,
        '["Ada Lovelace", "Emmy Noether"]', '["cs.LG"]', '', '', 'seed', now() - n * interval '1 hour', now()
    FROM generate_series(1, %(papers)s) n""",
    """INSERT INTO digest_edition (day, status, publish_at, published_at)
    SELECT current_date - n, 'published', now() - n * interval '1 day', now() - n * interval '1 day'
    FROM generate_series(1, %(days)s) n""",
    """INSERT INTO digest_editionpaper (edition_id, paper_id, position, placement, note)
    SELECT 1 + (id %% %(days)s), id, id, '2-listed', '' FROM digest_paper WHERE id <= %(days)s * 50""",
    """INSERT INTO subscriptions_topic (slug, name, description, arxiv_categories, keywords)
    SELECT 'topic-' || n, 'Topic ' || n, 'About ' || n, '[]', '[]' FROM generate_series(1, 20) n""",
    """INSERT INTO digest_papertopic (paper_id, topic_id, score)
    SELECT id, 1 + (id %% 20), 0.5 FROM digest_paper""",
    """INSERT INTO subscriptions_subscriber (public_id, email, email_key, status, time_zone, local_time, frequency,
        weekday, max_papers, next_digest_at, seen_until, created_at, confirmed_at)
    SELECT gen_random_uuid(), 'r' || n || '@example.org', 'r' || n || '@example.org', 'active', 'UTC', '07:00', 'daily',
        0, 1 + (n %% 50), now() + interval '1 hour', now(), now() - interval '90 days', now() - interval '90 days'
    FROM generate_series(1, %(subscribers)s) n""",
    """INSERT INTO subscriptions_follow (subscriber_id, topic_id)
    SELECT s.id, 1 + ((s.id + k) %% 20) FROM subscriptions_subscriber s, generate_series(0, 2) k""",
    """INSERT INTO subscriptions_consent (subscriber_id, wording, requested_at, confirmed_at)
    SELECT id, 'I want it.', created_at, confirmed_at FROM subscriptions_subscriber""",
    """INSERT INTO digest_delivery (subscriber_id, period, edition_id, content, status, created_at, not_before,
        attempts, claimed_by, sent_at, provider_id, error)
    SELECT 1 + (n %% %(subscribers)s), current_date - 1 - n / %(subscribers)s, 1 + (n / %(subscribers)s) %% %(days)s,
        '{"papers": [[1, "edition", ""], [2, "edition", ""]], "of": 50}', 'sent', now(), now(), 1, 'worker', now(),
        'id-' || n, ''
    FROM generate_series(0, %(deliveries)s - 1) n""",
]

USES = {
    "read subscriber": "SELECT count(email) FROM subscriptions_subscriber WHERE id = %(n)s",
    "write subscriber": "UPDATE subscriptions_subscriber SET seen_until = seen_until WHERE id = %(n)s",
    "read delivery": "SELECT count(status) FROM digest_delivery WHERE id = %(n)s",
    "write delivery": "UPDATE digest_delivery SET status = status WHERE id = %(n)s",
    "read paper": "SELECT count(title) FROM digest_paper WHERE id = %(n)s",
    "write paper": "UPDATE digest_paper SET title = title WHERE id = %(n)s",
    "read edition": "SELECT count(*) FROM digest_edition",
}


class Watch:
    """Threads that use the tables, and one that watches their locks, while the tables change."""

    def __init__(self, url):
        self.url, self.is_over = url, threading.Event()
        self.longest, self.held = defaultdict(float), defaultdict(float)
        self.failed = defaultdict(int)
        self.threads = [threading.Thread(target=self._use, args=item) for item in USES.items()]
        self.threads.append(threading.Thread(target=self._look))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _use(self, name, question):
        with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as connection:
            number = 0
            while not self.is_over.wait(0.02):
                number = number % 5000 + 1
                begun = time.monotonic()
                try:
                    connection.execute(question, {"n": number})
                except psycopg.Error:
                    self.failed[name] += 1
                self.longest[name] = max(self.longest[name], time.monotonic() - begun)

    def _look(self):
        query = """SELECT relation::regclass::text, mode, pid FROM pg_locks WHERE granted AND relation::regclass::text =
            ANY(%s) AND mode IN ('AccessExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock')"""
        since = {}
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.is_over.wait(0.02):
                now = time.monotonic()
                seen = set()
                with suppress(psycopg.Error):
                    seen = set(connection.execute(query, [HOT]).fetchall())
                since = {lock: since.get(lock, now) for lock in seen}
                for lock, begun in since.items():
                    self.held[lock[:2]] = max(self.held[lock[:2]], now - begun)


def checksums(connection, columns):
    """Return the number of rows of each table and a checksum over its original columns."""
    sums = {}
    for table, names in columns.items():
        # The upgrade lowers values above 30, which were set by hand, to 30.
        picked = [f"least({name}, 30)" if name == "max_papers" else f'"{name}"' for name in names]
        row = f"SELECT count(*), sum(hashtextextended(ROW({', '.join(picked)})::text, 0)::numeric) FROM {table}"
        sums[table] = connection.execute(row).fetchone()
    return sums


def columns_of(connection):
    """Return the columns of every table of the service."""
    columns = defaultdict(list)
    rows = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (table_name LIKE 'digest_%' OR table_name LIKE 'subscriptions_%') ORDER BY ordinal_position"
    )
    for table, name in rows:
        columns[table].append(name)
    return columns


def manage(folder, *arguments):
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def make_first_version(url):
    """Make the tables of 0.1.0."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "first"
        subprocess.run(["git", "worktree", "add", "--detach", "--quiet", str(place), COMMIT], cwd=ROOT, check=True)
        try:
            for app in FIRST:
                manage(place, "migrate", app, "0001", "--verbosity", "0")
            for app in ("auth", "admin", "sessions"):
                manage(place, "migrate", app, "--verbosity", "0")
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(place)], cwd=ROOT, check=True)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(subscribers, deliveries):
    url = os.environ["DATABASE_URL"]
    os.environ["VAR_DIR"] = tempfile.mkdtemp()
    make_first_version(url)
    with psycopg.connect(url, autocommit=True) as connection:
        begun = time.monotonic()
        size = {"subscribers": subscribers, "deliveries": deliveries, "days": DAYS, "papers": PAPERS}
        for text in FILL:
            connection.execute(text, size)
        connection.execute("VACUUM ANALYZE")
        say(f"filled in {time.monotonic() - begun:.0f} s")
        columns = columns_of(connection)
        before = checksums(connection, columns)
        with Watch(url) as watch:
            begun = time.monotonic()
            shown = manage(ROOT, "migrate", "--verbosity", "2")
            seconds = time.monotonic() - begun
        say("\n".join(line for line in shown.splitlines() if "Applying" in line))
        left = columns_of(connection)
        kept_columns = {table: [name for name in names if name in left[table]] for table, names in columns.items()}
        dropped_columns = [
            f"{table}.{name}" for table, names in columns.items() for name in names if name not in left[table]
        ]
        after = checksums(connection, columns if not dropped_columns else kept_columns)
    changed = [table for table in before if before[table] != after[table]]
    say(f"migrated in {seconds:.1f} s; tables: {len(before)}; rows: {sum(row[0] for row in before.values()):,}")
    say(f"columns dropped: {dropped_columns or 'none'}; tables with changes in the other columns: {changed or 'none'}")
    for (table, mode), held in sorted(watch.held.items(), key=lambda item: -item[1]):
        say(f"held {held:6.2f} s  {mode} on {table}")
    for name, longest in sorted(watch.longest.items(), key=lambda item: -item[1]):
        say(f"longest {longest:6.2f} s  {name}; failed: {watch.failed[name]}")
    return bool(changed) or max(watch.longest.values()) > MOST_SECONDS


if __name__ == "__main__":
    sys.exit(main(*[int(word) for word in sys.argv[1:3] or (200_000, 1_000_000)]))
