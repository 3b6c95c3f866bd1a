"""`manage.py interleaving`: which of two rankers readers like better, as far as is known."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digest.management.arguments import whole_number
from digest.metrics.experiment_results import experiment_result


class Command(BaseCommand):
    """Print which of two rankers won the digests for which they took turns picking."""

    help = "Show which of two rankers won more digests, and whether that could be chance"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add how far to look back."""
        parser.add_argument("--days", type=whole_number(1, 3650), default=30, help="how far to look back (default 30)")

    def handle(self, *, days: int, **options: Any) -> None:  # noqa: ARG002 - Django's own options
        """Print one line."""
        result = experiment_result(timezone.now() - timedelta(days=days))
        winner = f"better: {result.winner}" if result.winner else "no winner yet"
        self.stdout.write(
            f"usual {result.usual_won}, {result.challenger} {result.challenger_won}, neither {result.ties}; "
            f"{winner} (probability by chance alone: {result.chance:.3f})"
        )
