"""`manage.py train_key_sentence FILE`: learn again how key sentences are chosen."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from digest.catalog.key_sentence import WEIGHTS_PATH
from digest.management.arguments import whole_number
from digest.metrics.key_sentences.summaries import SummariesError, read_summaries


class Command(BaseCommand):
    """Learn the weights and write them."""

    help = "For developers: learn to choose key sentences from abstracts that have summaries"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("path", type=Path, help="a .jsonl file of abstracts with summaries")
        parser.add_argument(
            "--model",
            type=whole_number(1, 10_000),
            required=True,
            help="the model’s number: one more than the last one’s",
        )
        parser.add_argument("--to", type=Path, default=WEIGHTS_PATH, help="where to write the weights")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Learn and write."""
        try:
            from digest.metrics.key_sentences.training import train, write_weights  # noqa: PLC0415

            abstracts = read_summaries(options["path"])
            write_weights(train(abstracts, options["model"], self.stdout.write), options["to"])
        except SummariesError as error:
            raise CommandError(str(error)) from error
        except ImportError as error:
            raise CommandError(f"{error}: learning needs the packages in requirements/dev.txt") from error
        self.stdout.write(f"{options['to']}: from {len(abstracts)} abstracts")
