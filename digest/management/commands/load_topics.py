"""manage.py load_topics: load the topics of a file into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from digest.catalog import tagging
from subscriptions import starter_topics


class Command(BaseCommand):
    """Load topics; if any changed, tag all papers again."""

    help = "Load topics from a TOML file. Topics are matched by slug. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file, or the sets."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "path", nargs="?", type=Path, default=starter_topics.SHIPPED, help="the file (default: the one we ship)"
        )
        which.add_argument(
            "--set",
            dest="sets",
            type=lambda names: names.split(","),
            help=f"topic sets, each with broad topics and narrower ones: {','.join(starter_topics.topic_sets())}",
        )

    def handle(self, *, path: Path, sets: list[str] | None, **options: Any) -> None:  # noqa: ARG002 - Django's own
        """Load, and print a line for each file."""
        unknown = sorted({*(sets or [])} - {*starter_topics.topic_sets()})
        if unknown:
            raise CommandError(f"--set: expected any of {', '.join(starter_topics.topic_sets())}, found {unknown[0]}")
        paths = [starter_topics.SETS / f"{name}.toml" for name in sets] if sets else [path]
        try:
            with transaction.atomic():
                loaded = {file.name: starter_topics.load_topics(file) for file in paths}
                if any(result.new or result.updated for result in loaded.values()):
                    tagging.tag_all()
        except (starter_topics.TopicError, OSError) as error:
            raise CommandError(str(error)) from error
        for name, result in loaded.items():
            self.stdout.write(f"{name}: {result}")
