"""`manage.py interleaving`: which of two rankers readers like better, as far as it is known."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digest import interleaving


class Command(BaseCommand):
    """Print how the digests were won that two rankers picked in turn."""

    help = "Print how many digests each of two rankers won, and whether that can be chance"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how far to look back."""
        parser.add_argument("--days", type=int, default=30, help="how far to look back (default 30)")

    def handle(self, *, days: int, **options: Any) -> None:  # noqa: ARG002 - Django's own options
        """Print one line."""
        found = interleaving.standing(timezone.now() - timedelta(days=days))
        winner = f"better: {found.winner}" if found.winner else "no winner yet"
        self.stdout.write(
            f"usual {found.usual_won}, {found.challenger} {found.challenger_won}, neither {found.ties}; "
            f"{winner} (by chance alone: {found.chance:.3f})"
        )
