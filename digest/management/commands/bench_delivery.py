"""`manage.py bench_delivery`: mails per second, from "these readers are due" to "the server has accepted it"."""

import json
import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from digest.management.arguments import whole_number
from digest.metrics.benchmark.run import BenchmarkError, Result, Setup, benchmark_delivery, scratch_database


class Command(BaseCommand):
    """Measure the delivery engine in a scratch database, sending to a sink on this machine."""

    help = "Measure planning, composing and sending in a scratch database. No email leaves the machine."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--subscribers",
            type=whole_number(1, 10_000_000),
            help="how many readers (default: 1,000, then 10,000, then 100,000)",
        )
        parser.add_argument("--transport", choices=["smtp", "anymail"], default="smtp")
        parser.add_argument("--processes", type=whole_number(1, 256), default=4, help="sending processes (default 4)")
        parser.add_argument(
            "--latency",
            type=whole_number(0, 60_000),
            default=100,
            help="latency of the provider’s API, in ms (default 100)",
        )
        parser.add_argument(
            "--per-call", type=whole_number(1, 2000), default=1, help="digests per API call (default 1)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object, for the largest run")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run each size in a database of its own and print the figures."""
        logging.disable(logging.INFO)
        sizes = [options["subscribers"]] if options["subscribers"] else [1_000, 10_000, 100_000]
        if min(sizes) < 1:
            raise CommandError("--subscribers: expected 1 or more")
        setup = Setup(options["transport"], options["processes"], options["latency"] / 1000, options["per_call"])
        results = []
        for size in sizes:
            try:
                results.append(self._run(size, setup))
            except BenchmarkError as error:
                raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(results[-1].as_json()))
        else:
            Console().print(_table(results))

    def _run(self, size: int, setup: Setup) -> Result:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar, scratch_database():
            task = bar.add_task(f"{size:,} readers on {connection.vendor}", total=size)
            return benchmark_delivery(size, setup, lambda count: bar.update(task, completed=count))


def _table(results: list[Result]) -> Table:
    """Return the figures, one column per size."""
    table = Table("per second", *[f"{result.subscribers:,} readers" for result in results])
    for stage in results[0].stages:
        table.add_row(stage, *[f"{result.stages[stage]:,.0f}" for result in results])
    table.add_row("end to end", *[f"{result.end_to_end_per_second:,.0f}" for result in results])
    if results[0].yardstick_per_second:
        table.add_row("smtp-source", *[f"{result.yardstick_per_second or 0:,.0f}" for result in results])
        table.add_row("ratio", *[f"{result.ratio or 0:.2f}" for result in results])
    table.add_row("peak memory, MB", *[f"{result.peak_mb:,.0f}" for result in results])
    table.add_row("bytes per email", *[f"{result.mail_bytes:,}" for result in results])
    return table
