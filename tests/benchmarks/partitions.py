"""A trial of the ledger in monthly partitions: one made, one detached and one dropped while mails are sent.

    .ci/with-services python -m tests.benchmarks.partitions [deliveries a month] [seconds]

Takes the ledger as `migrate` makes it, copies its columns, checks and indexes to a table partitioned by `period`, and
fills three months. Then two writers plan, claim and record batches as planner and sender do, a reader queries as the
site does, and months are made, detached or dropped meanwhile. Prints how many rows per second went through with and
without that, and the longest anyone waited.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import psycopg  # noqa: E402 - Django sets the tables up
from django.core.management import call_command  # noqa: E402
from psycopg import sql  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from digest.models import Delivery  # noqa: E402

LEDGER = Delivery._meta.db_table
BATCH = 500
FIRST = date(2026, 1, 1)
CONTENT = '{"papers": [[1, "topic", "Graph learning"], [2, "edition", ""]], "of": 50, "parts": [[83, 0], [12, 4]]}'

PLAN = """
    INSERT INTO ledger (subscriber_id, period, content, status, indexed_status, created_at, not_before, attempts,
        claimed_by, provider_id, error)
    SELECT {first} + n, '{day}', '{content}', 'queued', 'unfinished', now(), now(), 0, '', '', ''
    FROM generate_series(1, {batch}) n"""
CLAIM = """
    UPDATE ledger SET status = 'claimed', claimed_by = 'w', attempts = 1, lease_until = now() + interval '1 minute'
    FROM (SELECT id, period FROM ledger WHERE indexed_status = 'unfinished' AND status = 'queued'
        AND period >= '{since}' ORDER BY not_before, id LIMIT {batch} FOR UPDATE SKIP LOCKED) row
    WHERE ledger.id = row.id AND ledger.period = row.period RETURNING ledger.id, ledger.period"""
RECORD = """
    UPDATE ledger SET status = 'sent', indexed_status = NULL, sent_at = now(), provider_id = 'id-' || ledger.id
    FROM unnest(%s::bigint[], %s::date[]) AS row(id, period) WHERE ledger.id = row.id AND ledger.period = row.period"""
ASK = "SELECT status FROM ledger WHERE subscriber_id = %s AND period = %s"


def month_after(day, months=1):
    for _ in range(months):
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day


def partition(day):
    return sql.Identifier(f"ledger_{day:%Y_%m}")


def make(cursor, day):
    """Make a month's partition separately from the ledger, and attach it: that locks no one out."""
    cursor.execute(
        sql.SQL(
            """CREATE TABLE {name} (LIKE ledger INCLUDING ALL) WITH (fillfactor = 50);
            ALTER TABLE {name} ADD CHECK (period >= {start} AND period < {end});
            ALTER TABLE ledger ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})"""
        ).format(name=partition(day), start=sql.Literal(day), end=sql.Literal(month_after(day)))
    )


def detach(cursor, day):
    cursor.execute(sql.SQL("ALTER TABLE ledger DETACH PARTITION {} CONCURRENTLY").format(partition(day)))


def drop(cursor, day):
    cursor.execute(sql.SQL("DROP TABLE {}").format(partition(day)))


def lay_out(cursor):
    """Make the partitioned ledger: keys include the period, because a table-wide key must name the partition column."""
    cursor.execute(
        f"CREATE TABLE ledger (LIKE {LEDGER} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (period)"
    )
    cursor.execute("CREATE SEQUENCE ledger_id CACHE 500")
    cursor.execute("ALTER TABLE ledger ALTER id DROP IDENTITY IF EXISTS, ALTER id SET DEFAULT nextval('ledger_id')")
    cursor.execute("ALTER TABLE ledger ADD PRIMARY KEY (id, period), ADD UNIQUE (subscriber_id, period)")
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%WHERE%%'", [LEDGER])
    for number, (definition,) in enumerate(cursor.fetchall()):
        _, _, rest = definition.partition(f" ON public.{LEDGER} ")
        cursor.execute(f"CREATE INDEX ledger_{number} ON ledger {rest}")


def fill(cursor, day, rows):
    cursor.execute(
        f"""INSERT INTO ledger (subscriber_id, period, content, status, created_at, not_before, attempts, claimed_by,
            provider_id, error)
        SELECT n, '{day}'::date + (n %% 28)::int, '{CONTENT}', 'sent', now(), now(), 1, 'w', 'id-' || n, ''
        FROM generate_series(1, %s) n""",
        [rows],
    )


class Writer(threading.Thread):
    """Plans, claims and records batches of its own readers until it is told to stop."""

    def __init__(self, url, number):
        super().__init__()
        self.connection = psycopg.connect(url, autocommit=True)
        self.next_reader = 10_000_000 * (number + 1)
        self.rows, self.longest, self.is_over = 0, 0.0, threading.Event()

    def run(self):
        with self.connection, self.connection.cursor() as cursor:
            while not self.is_over.is_set():
                self.step(cursor)

    def step(self, cursor):
        day = month_after(FIRST, 2) + timedelta(days=self.rows // BATCH % 28)
        self.timed(cursor, PLAN.format(first=self.next_reader, day=day, content=CONTENT, batch=BATCH))
        self.next_reader += BATCH
        rows = self.timed(cursor, CLAIM.format(since=month_after(FIRST), batch=BATCH)).fetchall()
        self.timed(cursor, RECORD, [[key for key, _ in rows], [day for _, day in rows]])
        self.rows += len(rows)

    def timed(self, cursor, statement, values=None):
        begin = time.perf_counter()
        answer = cursor.execute(statement, values)
        self.longest = max(self.longest, time.perf_counter() - begin)
        return answer


class Reader(Writer):
    """Queries one row after another, as a reader's page does."""

    def step(self, cursor):
        self.timed(cursor, ASK, [1 + self.rows % 1000, month_after(FIRST)]).fetchall()
        self.rows += 1
        time.sleep(0.002)


def used(url, seconds, beside=()):
    """Run writers and a reader for `seconds`; return rows per second, the longest waits, and what `beside` took."""
    workers = [Writer(url, 0), Writer(url, 1), Reader(url, 2)]
    for worker in workers:
        # Each phase has its own readers.
        worker.next_reader += int(time.time()) % 1_000_000 * BATCH
        worker.start()
    begin, took = time.perf_counter(), []
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        for what, day in beside:
            time.sleep(seconds / (len(beside) + 1))
            start = time.perf_counter()
            what(cursor, day)
            took.append((f"{what.__name__} {day:%B}", time.perf_counter() - start))
    time.sleep(max(0, begin + seconds - time.perf_counter()))
    for worker in workers:
        worker.is_over.set()
    for worker in workers:
        worker.join()
    rows = sum(worker.rows for worker in workers[:2]) / (time.perf_counter() - begin)
    return rows, max(worker.longest for worker in workers[:2]), workers[2].longest, took


def main(rows="200000", seconds="20"):
    console = Console()
    call_command("migrate", verbosity=0)
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        lay_out(cursor)
        for months in range(3):
            make(cursor, month_after(FIRST, months))
            fill(cursor, month_after(FIRST, months), int(rows))
        cursor.execute("ANALYZE ledger")
        cursor.execute(f"EXPLAIN {CLAIM.format(since=month_after(FIRST), batch=BATCH)}")
        if any("Seq Scan on ledger" in line for (line,) in cursor.fetchall()):
            sys.exit("a claim scans a whole partition")
    changes = [(make, month_after(FIRST, 3)), (detach, FIRST), (drop, FIRST), (make, month_after(FIRST, 4))]
    table = Table("", "rows per second", "longest wait of a writer", "longest wait of a reader")
    for name, beside in (("alone", ()), ("while months change", changes), ("alone again", ())):
        each_second, writer, reader, took = used(url, float(seconds), beside)
        table.add_row(name, f"{each_second:,.0f}", f"{writer * 1000:.0f} ms", f"{reader * 1000:.0f} ms")
        for what, duration in took:
            console.print(f"{what}: {duration * 1000:.0f} ms")
    console.print(table)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
