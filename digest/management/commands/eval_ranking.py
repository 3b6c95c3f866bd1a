"""`manage.py eval_ranking PATH`: how well each way of ranking finds what real readers saved."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from digest.metrics.evaluation.readers import EvaluationError, Library, read_library


class Command(BaseCommand):
    """Compare our ranking with the known methods."""

    help = "Compare our ranking with known methods on what real readers saved"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("path", type=Path, help="folder with papers.jsonl and readers.jsonl")
        parser.add_argument(
            "--readers",
            choices=["all", "half"],
            default="all",
            help="all readers, or only the half the ranking wasn’t tuned on (default all)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object: method, known papers, figures")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Evaluate and print."""
        try:
            evaluation = self._evaluate(read_library(options["path"]), options["readers"])
        except EvaluationError as error:
            raise CommandError(str(error)) from error
        except ImportError as error:
            raise CommandError(f"{error}: the known methods need the packages in requirements/dev.txt") from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(evaluation)))
        else:
            Console().print(_table(evaluation))

    def _evaluate(self, library: Library, readers: str) -> Any:
        # scikit-learn is not part of the service: it is only installed for measuring.
        from digest.metrics.evaluation.run import evaluate  # noqa: PLC0415

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("readers", total=len(library.saved))
            return evaluate(
                library,
                lambda trial: readers == "all" or trial.half == 1,
                lambda completed: bar.update(task, completed=completed),
            )


def _as_json(evaluation: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """Return method → known papers → figures, and how far ours is ahead."""
    figures = {
        method: {
            str(profile_size): {
                "ndcg_at_10": row.ndcg.mean,
                "ndcg_at_10_interval": [row.ndcg.low, row.ndcg.high],
                "hit_rate": row.hit_rate.mean,
                "hit_rate_interval": [row.hit_rate.low, row.hit_rate.high],
                "diversity": row.diversity,
                "coverage": row.coverage,
                "readers": row.readers,
            }
            for profile_size, row in rows.items()
        }
        for method, rows in evaluation.methods.items()
    }
    for profile_size, lead in evaluation.leads.items():
        figures["ours"][str(profile_size)]["ahead"] = {
            "of": lead.over,
            "by": lead.ndcg.mean,
            "interval": [lead.ndcg.low, lead.ndcg.high],
        }
    return figures


def _table(evaluation: Any) -> Table:
    """Return nDCG@10 with its interval, hit rate, diversity and coverage: one row per method, one column per number."""
    title = "nDCG@10, then hit rate, diversity and coverage, by number of known papers"
    table = Table(title=title)
    table.add_column("method", no_wrap=True)
    for profile_size in evaluation.leads:
        table.add_column(str(profile_size))
    for method, rows in evaluation.methods.items():
        table.add_row(method, *[_cell(row) for row in rows.values()])
    ahead = [
        f"{lead.ndcg.mean:+.3f} ({lead.ndcg.low:+.3f} to {lead.ndcg.high:+.3f})" for lead in evaluation.leads.values()
    ]
    table.add_row("ours minus the best known", *ahead)
    return table


def _cell(row: Any) -> str:
    half = (row.ndcg.high - row.ndcg.low) / 2
    return f"{row.ndcg.mean:.3f} ±{half:.3f}\n{row.hit_rate.mean:.2f} / {row.diversity:.2f} / {row.coverage:.2f}"
