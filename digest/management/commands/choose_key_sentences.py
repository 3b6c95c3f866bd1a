"""manage.py choose_key_sentences: choose the key sentence of the papers that have none yet."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from digest.catalog.key_sentence import choose_for_all
from digest.models import Paper


class Command(BaseCommand):
    """Choose the key sentence of every paper that the current model has not seen."""

    help = "Choose the key sentence of older papers, for example after an update. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Choose, with a progress bar, and print one line."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("papers", total=Paper.objects.count())
            chosen = choose_for_all(lambda completed: bar.update(task, completed=completed))
        self.stdout.write(f"{chosen} papers checked")
