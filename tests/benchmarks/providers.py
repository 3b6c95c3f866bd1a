"""Sending through a provider's API that answers after 100 ms, by one process: one call per email, and many per call.

    .ci/with-services python -m tests.benchmarks.providers [readers] [rounds]

All digests are planned before the clock starts. Prints the emails per second of each way, taken in turns, and the
processor time of the sending process for each email.
"""

import logging
import statistics
import sys
import time

from django.db import connections
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from tests.benchmarks import million
from tests.benchmarks.million import Worker, planning, run

LATENCY = 0.1
# How many digests a call carries. A call of one takes 0.1 s, so few readers are enough to see how fast that is.
WAYS = {1: 0.25, 100: 1.0, 500: 1.0}


def send(counted):
    with Worker() as worker:
        begin, cpu = time.perf_counter(), time.process_time()
        while sum(worker.send_batch().values()):
            pass
        counted[:] = time.perf_counter() - begin, time.process_time() - cpu


def one_round(readers, per_call):
    """Return the seconds that sending took, and the processor time of the process."""
    setup = run.Setup("anymail", 1, LATENCY, per_call)
    with run.scratch_database(), run.into_a_sink(setup):
        million.fill(readers)
        planning.plan(timezone.now())
        connections.close_all()
        counted = million.FORK.Array("d", 2)
        child = million.FORK.Process(target=send, args=(counted,))
        child.start()
        child.join()
        sent = run.Delivery.objects.filter(status="sent").count()
        if sent != readers:
            raise SystemExit(f"{sent} of {readers} digests were sent")
        return tuple(counted)


def main(readers=20_000, rounds=3):
    """Measure in turns and print."""
    logging.disable(logging.INFO)
    took = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, share in WAYS.items():
            count = int(readers * share)
            seconds, cpu = one_round(count, way)
            took[way].append((count / seconds, 1e6 * cpu / count))
    table = Table("digests per call", "emails per second, median", "lowest and highest", "processor time, µs")
    for way, measured in took.items():
        rates, cpu = zip(*measured, strict=True)
        extremes = f"{min(rates):,.0f}–{max(rates):,.0f}"
        table.add_row(str(way), f"{statistics.median(rates):,.0f}", extremes, f"{statistics.median(cpu):,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main(*[int(word) for word in sys.argv[1:3]])
