"""manage.py lift_bounces: undo what an edition's wrong bounces did to its readers."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.management.arguments import calendar_day
from digest.models import Edition
from digest.sending import bounce_reversal


class Command(BaseCommand):
    """Lift the suppressions that bounces of one edition caused."""

    help = "Lift the suppressions that bounces of an edition caused. Complaints and unsubscribes stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the day of the edition, and who does it."""
        parser.add_argument("day", type=calendar_day, help="the day of the edition, such as 2026-11-25")
        parser.add_argument("--by", required=True, help="your user name in the panel, for the activity log")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Lift the suppressions, note it in the activity log, and print how many."""
        edition = Edition.objects.published().filter(day=options["day"]).first()
        if edition is None:
            raise CommandError(f"There’s no published edition for {options['day']}.")
        users = get_user_model()._default_manager
        user = users.filter(username=options["by"], is_staff=True, is_active=True).first()
        if user is None:
            raise CommandError(f"There’s no panel user called “{options['by']}”.")
        number = bounce_reversal.lift_edition_bounces(edition, timezone.now())
        what = f"Suppressions lifted: {number}."
        rows = Edition.objects.filter(pk=edition.pk)
        LogEntry.objects.log_actions(user.pk, rows, CHANGE, change_message=what, single_object=True)
        self.stdout.write(what)
