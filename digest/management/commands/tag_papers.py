"""manage.py tag_papers: say anew which topics every paper is about."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from digest import tagging
from digest.models import Paper, PaperTopic


class Command(BaseCommand):
    """Tag all papers anew, as after a change of topics or of the embedding model."""

    help = "Tag all papers anew, after a change of topics or of EMBEDDER. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Tag, with a progress bar, and print one line."""
        papers = Paper.objects.count()
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("papers", total=papers)
            tagging.tag_all(lambda done: bar.update(task, completed=done))
        self.stdout.write(f"{papers} papers, {PaperTopic.objects.count()} tags")
