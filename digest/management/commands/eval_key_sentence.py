"""`manage.py eval_key_sentence PATH`: how close the key sentence is to summaries that people wrote."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from digest.metrics.key_sentences.run import MethodFigures, evaluate_sentences
from digest.metrics.key_sentences.summaries import SummariesError, read_summaries


class Command(BaseCommand):
    """Compare our choice with the known methods."""

    help = "Choose a sentence from each abstract with known methods and ours, and compare it with summaries (ROUGE)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("path", type=Path, help="a .jsonl file of abstracts with summaries, or a folder of them")
        parser.add_argument("--json", action="store_true", help="print one JSON object: file, method, figures")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Evaluate and print."""
        path: Path = options["path"]
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise CommandError(f"{path}: no .jsonl files found")
        try:
            figures = {file.name: self._evaluate(file) for file in files}
        except SummariesError as error:
            raise CommandError(str(error)) from error
        except ImportError as error:
            raise CommandError(f"{error}: ROUGE needs the packages in requirements/dev.txt") from error
        if options["json"]:
            plain = {
                file: {method: asdict(row) for method, row in methods.items()} for file, methods in figures.items()
            }
            self.stdout.write(json.dumps(plain))
            return
        for file, methods in figures.items():
            Console().print(_table(file, methods))

    def _evaluate(self, file: Path) -> dict[str, MethodFigures]:
        abstracts = read_summaries(file)
        if not abstracts:
            raise SummariesError(f"{file}: no abstracts found")
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(file.name, total=len(abstracts))
            return evaluate_sentences(abstracts, lambda completed: bar.update(task, completed=completed))


def _table(file: str, methods: dict[str, MethodFigures]) -> Table:
    table = Table(title=f"{file}: ROUGE (F1 with stemming, best of the summaries)")
    for name in ("method", "ROUGE-1", "ROUGE-2", "ROUGE-L", "words"):
        table.add_column(name, no_wrap=True)
    for method, row in sorted(methods.items(), key=lambda item: item[1].rouge_1.mean):
        half = (row.rouge_1.high - row.rouge_1.low) / 2
        figures = f"{row.rouge_1.mean:.1f} ±{half:.1f}", f"{row.rouge_2:.1f}", f"{row.rouge_l:.1f}", f"{row.words:.0f}"
        table.add_row(method, *figures)
    return table
