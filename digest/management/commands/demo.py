"""`manage.py demo`: the whole daily run on the seed page, through the code that production runs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from digest.catalog.importing import import_seed_page
from digest.editions import curation
from digest.management import demo
from digest.management.demo_week import DemoWeek
from digest.metrics import sending_day, tallies
from digest.models import Delivery, Edition
from digest.recommending import planning
from digest.sending import worker
from subscriptions.starter_topics import load_topics

# Wide enough for one line per digest, also if the output goes to a file.
TABLE_WIDTH = 150
# For the panel's charts.
DAYS_COUNTED = 60


class Command(BaseCommand):
    """Load the seeds, publish the edition, send every due digest, fill the panel, and print the results."""

    help = "Try it out: load the sample papers, send a dozen digests to the outbox, fill the panel, print the links"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run the demo; a second run finds nothing to do."""
        if not settings.DEBUG:
            raise CommandError("The demo creates a login with a public password, so it only runs while DEBUG is on.")
        console = Console(width=max(Console().width, TABLE_WIDTH))
        now, week = timezone.now(), DemoWeek()
        steps: dict[str, Callable[[], object]] = {
            "topics": load_topics,
            "papers": import_seed_page,
            "curator": demo.create_demo_curator,
            "subscribers": lambda: demo.create_demo_subscribers(now),
            "edition": lambda: publish_seed_page(now),
            "last week": lambda: week.write_history(now),
            "plan": lambda: planning.plan(timezone.now()),
            "send": worker.drain,
            "panel": lambda: week.fill_panel(now),
            "figures": lambda: count_figures(timezone.now()),
        }
        for name in track(list(steps), description="Daily Papers", console=console, transient=True):
            steps[name]()
        new = Delivery.objects.filter(created_at__gte=now).select_related("subscriber").order_by("pk")
        if new:
            console.print(demo.table_of(list(new)))
        sent_count = sum(delivery.status == Delivery.Status.SENT for delivery in new)
        console.print(f"{sent_count} digests sent just now. They are in {settings.OUTBOX_DIR}.", soft_wrap=True)
        console.print(f"Site:   {settings.SITE_URL}/")
        console.print(f"Outbox: {settings.SITE_URL}/outbox/  (read the emails here)")
        login = f"sign in as {demo.DEMO_CURATOR}, password {demo.DEMO_PASSWORD}"
        console.print(f"Panel:  {settings.SITE_URL}/admin/  ({login})")


def count_figures(now: datetime) -> None:
    """Count what the first page of the panel shows."""
    tallies.count_history(now, DAYS_COUNTED)
    tallies.update_tallies(now)
    sending_day.count_day(now)


def publish_seed_page(now: datetime) -> None:
    """Publish the edition of the seed page, and no other draft."""
    curation.publish_edition(Edition.objects.get(day=import_seed_page().day), now)
