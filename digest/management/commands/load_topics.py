"""manage.py load_topics: the topics of a file into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from digest import tagging
from subscriptions import starter_topics


class Command(BaseCommand):
    """Load topics; where any changed, tag all papers anew."""

    help = "Load the topics of a TOML file; a topic is known by its slug. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument(
            "path", nargs="?", type=Path, default=starter_topics.SHIPPED, help="the file (default: the shipped)"
        )

    def handle(self, *, path: Path, **options: Any) -> None:  # noqa: ARG002 - Django's own options
        """Load and print one line."""
        try:
            with transaction.atomic():
                loaded = starter_topics.load_topics(path)
                if loaded.new or loaded.updated:
                    tagging.tag_all()
        except (starter_topics.TopicError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path.name}: {loaded}")
