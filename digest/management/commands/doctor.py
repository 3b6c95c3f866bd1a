"""`manage.py doctor`: check that the service is set up correctly and working."""

import json
import shutil
import sys
import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from digest.health import registry
from digest.health.result import SEVERITY, CheckResult, CheckVerdict, worst, worst_first

# Widths: of the verdict, of the gap between columns, of a terminal of unknown width, and of a text at least.
VERDICT_WIDTH, GAP, WITHOUT_TERMINAL, NARROWEST = 7, 2, 120, 40
STATUS = {CheckVerdict.BAD: 2, CheckVerdict.WARN: 1}


class Command(BaseCommand):
    """Check everything the service needs, and report the state of each thing and what to do about it."""

    help = "Check everything the service needs. Exits with 0, 1 (warning) or 2 (something is broken)."
    # The system checks are one of doctor's checks: an error there must not keep it from the others.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options: the output format, and what counts as failure."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
        parser.add_argument(
            "--fail-on",
            choices=("warn", "bad"),
            default="warn",
            help="the lowest verdict that makes the exit status non-zero (default warn)",
        )

    def handle(self, *, as_json: bool, fail_on: str, **options: Any) -> None:  # noqa: ARG002 - Django's own options
        """Print the results, worst first, and exit with the status."""
        results = worst_first(registry.all_results())
        verdict = worst(results)
        if as_json:
            report = {
                "at": timezone.now().isoformat(timespec="seconds"),
                "verdict": verdict,
                "checks": [result.as_dict() for result in results],
            }
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self.stdout.write("\n".join(self._lines(results)))
        if SEVERITY.index(verdict) <= SEVERITY.index(CheckVerdict(fail_on)):
            sys.exit(STATUS[verdict])

    def _lines(self, results: Sequence[CheckResult]) -> list[str]:
        width = max(len(result.check) for result in results)
        # Nothing is coloured if no one is looking: Django checks whether this is a terminal.
        styles: dict[CheckVerdict, Callable[[str], str]] = {
            CheckVerdict.BAD: self.style.ERROR,
            CheckVerdict.WARN: self.style.WARNING,
            CheckVerdict.OK: self.style.SUCCESS,
        }
        margin = " " * (VERDICT_WIDTH + width + 2 * GAP)
        room = max(shutil.get_terminal_size((WITHOUT_TERMINAL, 0)).columns, len(margin) + NARROWEST)
        lines: list[str] = []
        for result in results:
            texts = textwrap.wrap(result.summary, room, initial_indent=margin, subsequent_indent=margin)
            if result.action:
                texts += textwrap.wrap(
                    f"→ {result.action}", room, initial_indent=margin, subsequent_indent=f"{margin}  "
                )
            verdict = styles.get(result.verdict, str)(f"{result.verdict:<{VERDICT_WIDTH}}")
            first = f"{verdict}{'':{GAP}}{result.check:<{width}}{'':{GAP}}{texts[0].removeprefix(margin)}"
            lines += [first, *texts[1:]]
        return lines
