"""`manage.py lift_sign_in`: let someone sign in to the panel again after failed attempts."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.models import PanelSignIn


class Command(BaseCommand):
    """Forget someone's failed attempts."""

    help = "Unlock a panel account after failed sign-in attempts"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the name and the option."""
        parser.add_argument("username")
        parser.add_argument("--sign-out", action="store_true", help="also sign them out of every browser")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Unlock them, and note it in the activity log."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There’s no panel user called “{options['username']}”.")
        row, _ = PanelSignIn.objects.get_or_create(user=person)
        row.lift(timezone.now())
        if options["sign_out"]:
            row.sign_out(timezone.now())
        what = "Unlocked from the command line after failed sign-in attempts."
        rows = User.objects.filter(pk=person.pk)
        LogEntry.objects.log_actions(person.pk, rows, CHANGE, change_message=what, single_object=True)
        self.stdout.write(f"{person} can sign in again.")
