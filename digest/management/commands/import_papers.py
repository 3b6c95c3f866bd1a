"""manage.py import_papers: import papers from a source into the database."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from digest.catalog import harvest_scheduler, harvesting, uploads
from digest.catalog.importing import IdentifierConflictError, import_seed_page
from digest.editions import drafting
from digest.management.arguments import calendar_day, whole_number
from digest.models import SourceRun
from digest.sources import arxiv_api, decoding, interface
from digest.sources.fetching import Fetcher
from digest.sources.record import SourceError
from digest.sources.seed import SHIPPED_PAGE, SHIPPED_YEAR

ReportProgress = Callable[[SourceRun], None]


class Command(BaseCommand):
    """Import papers and put them into the draft of their day."""

    help = "Import papers from a source. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the sources and their options."""
        sources = parser.add_subparsers(dest="source", required=True)
        seed = sources.add_parser("seed", help="a page with one day’s papers: title, abstract, title, abstract")
        seed.add_argument(
            "path", nargs="?", type=Path, default=SHIPPED_PAGE, help="the page (default: the one we ship)"
        )
        seed.add_argument(
            "--year", type=int, default=SHIPPED_YEAR, help="year of the page’s day (default: %(default)s)"
        )
        sources.add_parser("due", help="all configured sources that are due, as beat does")
        for name, what in (
            ("oai", "arXiv through OAI-PMH, for ARXIV_CATEGORIES"),
            ("rss", "arXiv’s RSS feeds for today, for ARXIV_CATEGORIES"),
            ("huggingface", "Hugging Face’s daily papers"),
            ("api", "arXiv’s API: ARXIV_CATEGORIES, or the results of a query"),
        ):
            daily = sources.add_parser(name, help=what)
            daily.add_argument("--since", type=calendar_day, help="start on this day, such as 2026-11-24")
        daily.add_argument("query", nargs="?", help="an arXiv query, such as 'cat:cs.LG AND ti:graph'")
        daily.add_argument(
            "--most",
            type=whole_number(1, 100_000),
            default=1000,
            help="maximum number of results (default: %(default)s)",
        )
        file = sources.add_parser(
            "file",
            aliases=["bibtex"],
            help="a BibTeX, RIS, CSL-JSON, EndNote, Zotero RDF, PubMed or CSV file",
        )
        file.add_argument("path", type=Path)
        ids = sources.add_parser("ids", help="arXiv IDs or links, or a file with them")
        ids.add_argument("ids", nargs="+", help="an ID, a link, or a file")
        for upload in (file, ids):
            upload.add_argument("--dry-run", action="store_true", help="show what would be done")

    def handle(self, *, source: str, **options: Any) -> None:
        """Import, and print a line for each run."""
        console = Console(stderr=True)
        columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=None)
            report_progress: ReportProgress = lambda run: progress.update(task, description=f"{run}: {run.numbers}")  # noqa: E731
            try:
                self._import(source, options, report_progress)
            except (SourceError, IdentifierConflictError, OSError) as error:
                raise CommandError(str(error)) from error
            except uploads.BusyError as error:
                raise CommandError("another import of this kind is running") from error

    def _import(self, source: str, options: dict[str, Any], report_progress: ReportProgress) -> None:
        if source == "seed":
            self._seed(options["path"], options["year"])
        elif source in {"file", "bibtex", "ids"}:
            self._upload(_upload(source, options), is_dry=options["dry_run"])
        elif source == "due":
            self._conclude(harvest_scheduler.harvest_due(timezone.now(), report_progress))
        elif options.get("query"):
            self._query(options["query"], options["most"], report_progress)
        else:
            parts = [(source, part) for part in interface.source_kind(source).parts()]
            if not parts or (source == "api" and not interface.source_kind("rss").parts()):
                raise CommandError("ARXIV_CATEGORIES in the environment: expected categories, such as cs.LG,math.OC")
            self._harvest(parts, options["since"], report_progress)

    def _seed(self, path: Path, year: int) -> None:
        if not MINYEAR <= year <= MAXYEAR:
            raise CommandError(f"--year: expected a year from {MINYEAR} to {MAXYEAR}, found {year}")
        page = import_seed_page(path, year)
        self.stdout.write(f"{path.name}: {page.papers}; {page.added} added to the edition of {page.day}")

    def _harvest(self, parts: list[tuple[str, str]], since: date | None, report_progress: ReportProgress) -> None:
        """Query each part; one that fails does not stop the others."""
        runs = [harvesting.harvest(name, part, since, report_progress) for name, part in parts]
        for (name, part), run in zip(parts, runs, strict=True):
            if run is None:
                self.stdout.write(f"{name} {part}".strip() + ": another run is in progress")
        self._conclude([run for run in runs if run])

    def _conclude(self, runs: list[SourceRun]) -> None:
        """Report each run, and put what it listed into drafts."""
        for run in runs:
            self._tell(run)
        for day, count in drafting.draft(timezone.now()).items():
            self.stdout.write(f"{count} added to the edition of {day}")
        if any(run.error for run in runs):
            raise CommandError("not everything was imported; the next run continues where this one stopped")

    def _query(self, query: str, most: int, report_progress: ReportProgress) -> None:
        run = SourceRun.objects.begin("api", query[:200])
        if run is None:
            raise uploads.BusyError
        harvesting.ingest_pages(
            run, arxiv_api.pages_of_query(Fetcher(arxiv_api.turn), query, most=most), report_progress
        )
        self._conclude([run])

    def _upload(self, upload: uploads.Upload, *, is_dry: bool) -> None:
        if is_dry:
            outlook = uploads.outlook_of(upload)
            for name, is_known in outlook.papers:
                self.stdout.write(f"{'known' if is_known else 'new'}: {name}")
            for line in upload.skipped:
                self.stdout.write(f"skipped: {line}")
            for line in upload.remarks:
                self.stdout.write(f"imported with a note: {line}")
            return
        self._conclude([uploads.import_upload(upload)])

    def _tell(self, run: SourceRun) -> None:
        self.stdout.write(f"{run.source} {run.part}".strip() + f": {run.numbers}")
        for line in [*run.notes.splitlines(), *run.error.splitlines()]:
            self.stdout.write(f"  {line}")


def _upload(source: str, options: dict[str, Any]) -> uploads.Upload:
    """Return what to import: a file, read as the panel's page reads it; ids, or files of ids."""
    if source != "ids":
        return uploads.read_bytes(options["path"].read_bytes())
    words = options["ids"]
    return uploads.parse_upload(
        "\n".join(decoding.decode_body(Path(word).read_bytes())[0] if Path(word).is_file() else word for word in words)
    )
