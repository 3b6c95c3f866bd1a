"""manage.py import_papers: papers of a source into the database."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from digest import drafting, gathering, uploading
from digest.importing import IdentifierConflictError, import_seed_page
from digest.models import SourceRun
from digest.sources import arxiv_api
from digest.sources.fetching import Fetcher
from digest.sources.record import SourceError
from digest.sources.seed import SHIPPED_PAGE, SHIPPED_YEAR

Told = Callable[[SourceRun], None]


class Command(BaseCommand):
    """Import papers and put them into the draft of their day."""

    help = "Import papers from a source. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source and what it needs."""
        sources = parser.add_subparsers(dest="source", required=True)
        seed = sources.add_parser("seed", help="a page of one day's papers, title and abstract in turn")
        seed.add_argument(
            "path", nargs="?", type=Path, default=SHIPPED_PAGE, help="the page (default: the shipped one)"
        )
        seed.add_argument("--year", type=int, default=SHIPPED_YEAR, help="the year of the page's day (%(default)s)")
        sources.add_parser("due", help="all sources of the settings whose hour has come, as beat does")
        for name, what in (
            ("oai", "arXiv by OAI-PMH, the sets of ARXIV_CATEGORIES"),
            ("rss", "arXiv's feeds of today, those of ARXIV_CATEGORIES"),
            ("huggingface", "Hugging Face's daily papers"),
            ("api", "arXiv by its API: ARXIV_CATEGORIES, or what a query finds"),
        ):
            daily = sources.add_parser(name, help=what)
            daily.add_argument("--since", type=date.fromisoformat, help="from this day on, such as 2026-11-24")
        daily.add_argument("query", nargs="?", help="in arXiv's own words, such as 'cat:cs.LG AND ti:graph'")
        daily.add_argument("--most", type=int, default=1000, help="of what a query finds (%(default)s)")
        bibtex = sources.add_parser("bibtex", help="a file of BibTeX")
        bibtex.add_argument("path", type=Path)
        ids = sources.add_parser("ids", help="arXiv ids or addresses of papers; or a file of them")
        ids.add_argument("ids", nargs="+", help="an id, an address, or a file")
        for upload in (bibtex, ids):
            upload.add_argument("--dry-run", action="store_true", help="tell what would be done")

    def handle(self, *, source: str, **options: Any) -> None:
        """Import and print a line for each run."""
        console = Console(stderr=True)
        columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=None)
            told: Told = lambda run: progress.update(task, description=f"{run}: {run.numbers}")  # noqa: E731
            try:
                self._import(source, options, told)
            except (SourceError, IdentifierConflictError, OSError, UnicodeDecodeError) as error:
                raise CommandError(str(error)) from error
            except uploading.BusyError as error:
                raise CommandError("another import of this kind is at work") from error

    def _import(self, source: str, options: dict[str, Any], told: Told) -> None:
        if source == "seed":
            self._seed(options["path"], options["year"])
        elif source in {"bibtex", "ids"}:
            self._upload(_text(source, options), is_dry=options["dry_run"])
        elif source == "due":
            self._conclude(gathering.gather_due(timezone.now(), told))
        elif options.get("query"):
            self._query(options["query"], options["most"], told)
        else:
            parts = [(source, part) for part in gathering.SOURCES[source].parts()]
            if not parts or (source == "api" and not gathering.SOURCES["rss"].parts()):
                raise CommandError("ARXIV_CATEGORIES in the environment: expected categories, such as cs.LG,math.OC")
            self._gather(parts, options["since"], told)

    def _seed(self, path: Path, year: int) -> None:
        if not MINYEAR <= year <= MAXYEAR:
            raise CommandError(f"--year: expected a year from {MINYEAR} to {MAXYEAR}, found {year}")
        page = import_seed_page(path, year)
        self.stdout.write(f"{path.name}: {page.papers}; {page.added} added to the edition of {page.day}")

    def _gather(self, parts: list[tuple[str, str]], since: date | None, told: Told) -> None:
        """Ask each part: one that fails keeps no other from its turn."""
        runs = [gathering.gather(name, part, since, told) for name, part in parts]
        for (name, part), run in zip(parts, runs, strict=True):
            if run is None:
                self.stdout.write(f"{name} {part}".strip() + ": another run is at work")
        self._conclude([run for run in runs if run])

    def _conclude(self, runs: list[SourceRun]) -> None:
        """Tell of each run, and put what it listed into drafts."""
        for run in runs:
            self._tell(run)
        for day, count in drafting.draft(timezone.now()).items():
            self.stdout.write(f"{count} added to the edition of {day}")
        if any(run.error for run in runs):
            raise CommandError("not all of it was imported; the next run goes on where this one ended")

    def _query(self, query: str, most: int, told: Told) -> None:
        run = SourceRun.objects.begin("api", query[:200])
        if run is None:
            raise uploading.BusyError
        gathering.take(run, arxiv_api.pages_of_query(Fetcher(arxiv_api.turn), query, most=most), told)
        self._conclude([run])

    def _upload(self, text: str, *, is_dry: bool) -> None:
        upload = uploading.read(text)
        if is_dry:
            outlook = uploading.look(upload)
            for name, is_known in outlook.papers:
                self.stdout.write(f"{'known' if is_known else 'new'}: {name}")
            for line in upload.skipped:
                self.stdout.write(f"left out: {line}")
            return
        self._conclude([uploading.take(upload)])

    def _tell(self, run: SourceRun) -> None:
        self.stdout.write(f"{run.source} {run.part}".strip() + f": {run.numbers}")
        for line in [*run.notes.splitlines(), *run.error.splitlines()]:
            self.stdout.write(f"  {line}")


def _text(source: str, options: dict[str, Any]) -> str:
    """Return what is to be read: a file of BibTeX; ids, or files of ids."""
    if source == "bibtex":
        return str(options["path"].read_text(encoding="utf-8"))
    return "\n".join(
        Path(word).read_text(encoding="utf-8") if Path(word).is_file() else word for word in options["ids"]
    )
