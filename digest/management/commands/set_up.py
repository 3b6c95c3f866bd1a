"""`manage.py set_up`: every step from settings to a test email, in one process."""

from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digest.management.arguments import email_address


class Command(BaseCommand):
    """Check the settings, set up database, static files, topics and the first user, and send them a test email.

    A step that fails says why. The steps after it run all the same, and the command exits with 1. Steps that were done
    before stay done. DJANGO_SUPERUSER_PASSWORD is the first user's password.
    """

    help = "Set up the database, the static files, the topics and the first user, and send a test email"
    # The first step checks them.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add who the first user is."""
        parser.add_argument("--user", default="admin", help="name of the first user (default: %(default)s)")
        parser.add_argument(
            "--user-email", type=email_address, required=True, help="their email address, which gets the test email"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Run each step and say how it went."""
        user = ["--username", options["user"], "--email", options["user_email"]]
        steps = [
            ("check", ["check", "--deploy", "--fail-level", "ERROR"]),
            ("database", ["migrate", "--no-input", "--verbosity", "0"]),
            ("static files", ["collectstatic", "--no-input", "--verbosity", "0"]),
            ("topics", ["load_topics"]),
            ("first user", ["createsuperuser", "--no-input", *user]),
            ("test email", ["sendtestemail", options["user_email"]]),
        ]
        were_done = [self._ran_step(name, step) for name, step in steps]
        if not all(were_done):
            raise SystemExit(1)

    def _ran_step(self, name: str, step: list[str]) -> bool:
        """Run a step without its output, and say how it went; return whether it was done."""
        try:
            call_command(*step, stdout=StringIO(), stderr=StringIO())
        except Exception as error:  # noqa: BLE001 - a step may fail for any reason, and the others run all the same
            if name == "first user" and "already taken" in str(error):
                self.stdout.write(self.style.SUCCESS(f"✓ {name}: already there"))
                return True
            self.stdout.write(self.style.ERROR(f"✗ {name}: {_reason(error)}"))
            return False
        self.stdout.write(self.style.SUCCESS(f"✓ {name}"))
        return True


def _reason(error: Exception) -> str:
    """Return an error in one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, CommandError) else f"{type(error).__name__}: {text}"
