"""manage.py import_papers: papers of a source into the database."""

from argparse import ArgumentParser
from datetime import MAXYEAR, MINYEAR
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.importing import IdentifierConflictError, import_seed_page
from digest.sources.record import SourceError
from digest.sources.seed import SHIPPED_PAGE, SHIPPED_YEAR


class Command(BaseCommand):
    """Import papers and put them into the edition of their day."""

    help = "Import papers from a source. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source; for the seed page, its file and its year."""
        sources = parser.add_subparsers(dest="source", required=True)
        seed = sources.add_parser("seed", help="a page of one day's papers, title and abstract in turn")
        seed.add_argument(
            "path", nargs="?", type=Path, default=SHIPPED_PAGE, help="the page (default: the shipped one)"
        )
        seed.add_argument("--year", type=int, default=SHIPPED_YEAR, help="the year of the page's day (%(default)s)")

    def handle(self, *, path: Path, year: int, **options: Any) -> None:  # noqa: ARG002 - Django's own options
        """Import and print one line."""
        if not MINYEAR <= year <= MAXYEAR:
            raise CommandError(f"--year: expected a year from {MINYEAR} to {MAXYEAR}, found {year}")
        try:
            page = import_seed_page(path, year)
        except (SourceError, IdentifierConflictError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path.name}: {page.papers}; {page.added} added to the edition of {page.day}")
