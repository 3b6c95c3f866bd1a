"""`manage.py bench_ranking`: subscribers ranked per second, with learned models and diversity."""

import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import track
from rich.table import Table

from digest.management.arguments import whole_number
from digest.metrics.benchmark.ranking import benchmark_ranking


class Command(BaseCommand):
    """Measure only ranking, in memory; the database is not touched."""

    help = "Measure how many subscribers per second can be ranked"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--subscribers",
            type=whole_number(1, 10_000_000),
            default=100_000,
            help="number of subscribers (default 100,000)",
        )
        parser.add_argument(
            "--processes", type=whole_number(1, 256), default=os.cpu_count() or 1, help="default: one per core"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object: papers, subscribers per second")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Measure with 50 and with 500 papers to choose from, and print the figures."""
        if min(options["subscribers"], options["processes"]) < 1:
            raise CommandError("--subscribers, --processes: expected 1 or more")
        sizes = track([50, 500], description="ranking", console=Console(stderr=True), transient=True)
        results = [
            benchmark_ranking(size, options["subscribers"], options["processes"], lambda _: None) for size in sizes
        ]
        if options["json"]:
            self.stdout.write(json.dumps({str(result.papers): round(result.per_second) for result in results}))
            return
        table = Table("papers", "subscribers", "processes", "per second", "per second of one core")
        for result in results:
            rates = round(result.per_second), round(result.per_cpu_second)
            cells = result.papers, result.subscribers, result.processes, *rates
            table.add_row(*[f"{cell:,}" for cell in cells])
        Console().print(table)
