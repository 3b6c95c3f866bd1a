"""manage.py tag_papers: embed what the current model has not seen, and work out again what topics papers are about."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from digest.catalog import tagging, work_keys
from digest.models import Paper, PaperTopic


class Command(BaseCommand):
    """Tag all papers again, as after a change of topics or of the embedding model."""

    help = "Tag all papers again, after an upgrade or a change of topics or EMBEDDER. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Embed and tag, each with a progress bar, and print one line."""
        work_keys.write_missing_keys()
        papers, missing = Paper.objects.count(), tagging.without_embedding().count()
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            if missing:
                embedded = bar.add_task("embedded", total=missing)
                tagging.embed_missing(lambda completed: bar.update(embedded, completed=completed))
            task = bar.add_task("tagged", total=papers)
            tagging.tag_all(lambda completed: bar.update(task, completed=completed))
        self.stdout.write(f"{papers} papers, {PaperTopic.objects.count()} tags")
