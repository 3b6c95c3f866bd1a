"""`make bench`: the same mails through this engine and through its peers, in one run.

The peers are plain Django, django-newsletter, and smtp-source, which only sends; smtp-sink receives all of it.
Prints a table of mails per second and of ratios; with --json, one object.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import logging  # noqa: E402 - Django sets logging up

from django.core.mail import get_connection  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import Progress  # noqa: E402
from rich.table import Table  # noqa: E402

from digest.composing.message import compose  # noqa: E402
from digest.composing.renderer import load_papers  # noqa: E402
from digest.metrics.benchmark import run  # noqa: E402
from digest.models import Delivery  # noqa: E402

PEERS = Path(__file__).resolve().parents[2] / ".venv" / "peers"


def plain_django(number: int) -> float:
    """Return the rate of plain Django: each mail rendered from templates, inlined, and sent over one connection."""
    deliveries = list(Delivery.objects.select_related("subscriber", "edition").order_by("pk")[:number])
    start = time.perf_counter()
    papers = load_papers(deliveries)
    with get_connection() as connection:
        for delivery in deliveries:
            connection.send_messages([compose(delivery, papers)])
    return len(deliveries) / (time.perf_counter() - start)


def django_newsletter(port: int, number: int) -> float | None:
    """Return the rate of django-newsletter's own loop with mails as long as ours; None if it is not installed."""
    if not PEERS.exists():
        return None
    html = compose(Delivery.objects.order_by("pk")[0]).alternatives[0].content
    body = html[html.index("<body") :]
    tenth = len(body) // 10
    process = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "newsletter_way.py"), str(port), str(number)],
        input=json.dumps([body[start : start + tenth] for start in range(0, tenth * 10, tenth)]),
        env={**os.environ, "PYTHONPATH": str(PEERS)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(process.stdout)


def measured(readers: int, setup: run.Setup) -> dict[str, float | None]:
    """Return the mails per second of each, ours with planning and ranking."""
    with run.scratch_database(), Progress(console=Console(stderr=True), transient=True) as bar:
        ours = bar.add_task(f"{readers:,} readers, all steps", total=readers)
        result = run.benchmark_delivery(readers, setup, lambda count: bar.update(ours, completed=count))
        rest = bar.add_task("the others", total=2)
        with run.into_a_sink(setup) as port:
            plain = plain_django(min(readers, 1500))
            bar.advance(rest)
            newsletter = django_newsletter(port or 0, min(readers, 800))
            bar.advance(rest)
    return {
        "this engine, end to end": result.end_to_end_per_second,
        "smtp-source, 8 sessions": result.yardstick_per_second,
        "plain Django": plain,
        "django-newsletter": newsletter,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    rates = measured(arguments.readers, run.Setup("smtp", arguments.processes))
    ours = rates["this engine, end to end"] or 0
    if arguments.json:
        sys.stdout.write(json.dumps(rates) + "\n")
        return
    table = Table("", "emails per second", "this engine is")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}" if rate else "not installed", f"{ours / rate:.2f} ×" if rate else "")
    Console().print(table)


if __name__ == "__main__":
    main()
