"""`manage.py demo`: the whole daily run on the seed page, through the code that production runs."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from digest import curation, demo, planning
from digest.importing import import_seed_page
from digest.models import Delivery, Edition
from digest.sending import draining
from subscriptions.starter_topics import load_topics

# Wide enough for a line a digest, also where the output goes into a file.
TABLE_WIDTH = 150


class Command(BaseCommand):
    """Load the seeds, publish the edition, build and send every due digest, print what came of it."""

    help = "Load the seeds, publish, send every due digest, print a table"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run the demo; a second run finds nothing to do."""
        if not settings.DEBUG:
            raise CommandError("The demo makes a login everybody knows: it runs only while DEBUG is on.")
        console = Console(width=max(Console().width, TABLE_WIDTH))
        steps: dict[str, Callable[[], object]] = {
            "topics": load_topics,
            "papers": import_seed_page,
            "curator": demo.make_curator,
            "subscribers": lambda: demo.make_subscribers(timezone.now()),
            "edition": publish_all,
            "plan": lambda: planning.plan(timezone.now()),
            "send": draining.drain,
        }
        before = set(Delivery.objects.values_list("pk", flat=True))
        for name in track(list(steps), description="Daily Papers", console=console, transient=True):
            steps[name]()
        new = Delivery.objects.exclude(pk__in=before).select_related("subscriber").order_by("pk")
        if new:
            console.print(demo.table_of(list(new)))
        sent = sum(delivery.status == Delivery.Status.SENT for delivery in new)
        console.print(f"{sent} digests sent just now. Mails: {settings.OUTBOX_DIR}", soft_wrap=True)
        console.print(f"Panel: {settings.SITE_URL}/admin/ (login {demo.CURATOR}, password {demo.PASSWORD})")
        console.print(f"Site: {settings.SITE_URL}/   Outbox: {settings.SITE_URL}/outbox/")


def publish_all() -> None:
    """Publish every draft."""
    for edition in Edition.objects.filter(status=Edition.Status.DRAFT):
        curation.publish(edition, timezone.now())
