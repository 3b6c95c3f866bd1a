"""`manage.py count_history`: fill the panel's charts with the days before it started counting."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digest.management.arguments import whole_number
from digest.metrics import tallies


class Command(BaseCommand):
    """Count who came and went on each of the last days."""

    help = "Fill in the panel’s charts for the days before it started counting"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the number of days."""
        parser.add_argument("--days", type=whole_number(1, 3650), default=60, help="how far to look back (default 60)")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Count."""
        tallies.count_history(timezone.now(), options["days"])
