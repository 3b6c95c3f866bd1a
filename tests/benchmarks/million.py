"""One sending, whole: so many readers planned, ranked and sent into a sink, looked at every second.

    .ci/with-services .ci/with-postfix python -m tests.benchmarks.million [readers] [processes] [picture.svg]

Prints how long it took, the most memory of each process, what PostgreSQL wrote, and how often it cleaned up behind the
ledger; writes a chart over time where a file is named.
"""

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import django

# As in production: while debugging, Django keeps each statement.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DEBUG": "false",
    "SECRET_KEY": "sending-benchmark-" * 4,
    "SITE_URL": "https://localhost",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "POSTAL_ADDRESS": "Example Lab",
}
for name, value in PRODUCTION.items():
    os.environ.setdefault(name, value)
django.setup()

import logging  # noqa: E402 - Django sets logging up

from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import Progress  # noqa: E402
from rich.table import Table  # noqa: E402

from digest.metrics.benchmark import population, run  # noqa: E402
from digest.recommending import planning  # noqa: E402
from digest.sending.worker import Worker  # noqa: E402
from tests.benchmarks.sending_chart import drawn  # noqa: E402

FORK = multiprocessing.get_context("fork")
GROWING = ("digest_delivery", "subscriptions_subscriber", "subscriptions_follow")
MB = 2**20


@dataclass
class Progressed:
    """What the processes say of themselves while they work."""

    queued: object = field(default_factory=lambda: FORK.Value("q", 0))
    sent: object = field(default_factory=lambda: FORK.Value("q", 0))
    is_planned: object = field(default_factory=FORK.Event)


def fill(readers):
    """Make the readers in a process of its own: what that takes of memory is nobody else's."""
    connections.close_all()
    child = FORK.Process(target=lambda: population.generate_subscribers(readers, population.make_edition()))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit("the readers could not be made")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan(progress, nice):
    os.nice(nice)
    now = timezone.now()
    while step := planning.plan_batch(now):
        progress.queued.value += step.queued
    progress.is_planned.set()


def send(progress, nice):
    os.nice(nice)
    with Worker() as worker:
        while True:
            is_last = progress.is_planned.is_set()
            count = sum(worker.send_batch().values())
            with progress.sent.get_lock():
                progress.sent.value += count
            if not count:
                if is_last:
                    return
                time.sleep(0.02)


def memory(process, which="VmRSS"):
    """Return what a process takes of memory, in MB, as the kernel counts it: now, or the most ("VmHWM")."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(which):
            return int(line.split()[1]) / 1024
    return 0.0


def database():
    """Return the place in the write-ahead log, the sizes of the tables with their indexes, and what became of rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'")
        log = int(cursor.fetchone()[0])
        sizes = {}
        for table in GROWING:
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            sizes[table] = cursor.fetchone()[0]
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd, n_dead_tup, autovacuum_count FROM pg_stat_user_tables WHERE relname = %s",
            ["digest_delivery"],
        )
        return log, sizes, dict(zip(("updated", "in place", "dead", "vacuums"), cursor.fetchone(), strict=True))


def measured(readers, processes, nice=0):
    """Plan and send, so nice to others.

    Return the seconds of planning and of all, a row for each second, the most memory of each, and the log written.
    """
    progress, workers = Progressed(), {}
    log, *_ = database()
    connections.close_all()
    workers["planner"] = FORK.Process(target=plan, args=(progress, nice))
    for number in range(1, processes + 1):
        workers[f"sender {number}"] = FORK.Process(target=send, args=(progress, nice))
    start = time.perf_counter()
    for process in workers.values():
        process.start()
    rows, most, planned_after = [], dict.fromkeys(workers, 0.0), 0.0
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{readers:,} readers", total=readers)
        while any(process.is_alive() for process in workers.values()):
            now = {name: memory(process) for name, process in workers.items() if process.is_alive()}
            most = {name: max(most[name], now.get(name, 0)) for name in most}
            passed = time.perf_counter() - start
            if progress.is_planned.is_set() and not planned_after:
                planned_after = passed
            end, sizes, _ = database()
            rows.append((passed, progress.queued.value, progress.sent.value, now, (end - log) / MB, sizes))
            bar.update(task, completed=progress.sent.value)
            time.sleep(1)
    total = time.perf_counter() - start
    return planned_after or total, total, rows, most, (database()[0] - log) / MB


def main(readers=1_000_000, processes=2, picture=""):
    """Measure and print; draw where a file is named."""
    logging.disable(logging.INFO)
    setup = run.Setup("smtp", processes)
    with run.scratch_database(), run.into_a_sink(setup) as port:
        begun = time.perf_counter()
        fill(readers)
        filled = time.perf_counter() - begun
        before = run.yardstick(port, readers, 28_000)
        planning_took, total, rows, most, log = measured(readers, processes)
        after = run.yardstick(port, readers, 28_000)
        _, sizes, tuples = database()
        with connection.cursor() as cursor:
            cursor.execute("SELECT status, count(*) FROM digest_delivery GROUP BY 1")
            states = dict(cursor.fetchall())
    if states != {"sent": readers}:
        raise SystemExit(f"expected {readers} sent, found {states}")
    yardsticks = [rate for rate in (before, after) if rate]
    table = Table("", f"{readers:,} readers")
    table.add_row("creating them, s", f"{filled:,.0f}")
    table.add_row("planned and ranked, s (per second)", f"{planning_took:,.0f} ({readers / planning_took:,.0f})")
    table.add_row("all sent, s (per second)", f"{total:,.0f} ({readers / total:,.0f})")
    if yardsticks:
        yardstick = sum(yardsticks) / len(yardsticks)
        table.add_row("compared with smtp-source", f"{readers / total / yardstick:.2f} × {yardstick:,.0f}")
    for name, size in most.items():
        table.add_row(f"peak memory, {name}, MB", f"{size:,.0f}")
    for name, size in sizes.items():
        table.add_row(f"{name} with indexes, MB", f"{size / MB:,.0f}")
    table.add_row("write-ahead log, MB", f"{log:,.0f}")
    table.add_row("ledger updates, in place", f"{tuples['updated']:,}, {tuples['in place']:,}")
    table.add_row("autovacuum runs on the ledger", f"{tuples['vacuums']}, {tuples['dead']:,} dead rows left")
    Console().print(table)
    if picture:
        Path(picture).write_text(drawn(readers, rows))


if __name__ == "__main__":
    main(*[int(word) for word in sys.argv[1:3]], *sys.argv[3:4])
