"""`manage.py init`: from nothing to a service that can send. Asks, writes the settings file, sets everything up."""

import os
import secrets
import subprocess
import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from config import env_file
from digest.management import first_settings
from digest.management.first_settings import SettingQuestion


class FirstUser:
    """Who can sign in to the panel first. Without a password, one is generated."""

    def __init__(self, name: str, email: str, password: str) -> None:
        self.name, self.email = name, email
        self.is_generated = not password
        self.password = password or secrets.token_urlsafe(12)
        # False if they were there before, with a password of their own.
        self.is_new = True


class Command(BaseCommand):
    """Ask for what a service needs, write it to the file, and run every step up to a test mail.

    A step that fails says why and what to do. The steps after it run all the same, and the command exits with 1.
    """

    help = "Ask for the settings, write .env, set up the database and the first user, and send a test email."
    # There is nothing to check yet.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add one flag per question, and the options for what is done with the answers."""
        parser.add_argument("--file", type=Path, default=Path(settings.BASE_DIR) / ".env", help="default: %(default)s")
        parser.add_argument("--no-input", action="store_true", help="don’t ask: use flags, the file and defaults")
        parser.add_argument("--only-write", action="store_true", help="only write the file")
        parser.add_argument("--user", default="", help="name of the first user")
        parser.add_argument("--user-email", default="", help="their email address, which gets the test email")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="further",
            help="another variable, such as a provider’s key; can be repeated",
        )  # fmt: skip
        for question in first_settings.ALL_BUT_KEYS:
            parser.add_argument(question.flag, default=None, help=question.text.replace("%", "%%"))

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Ask, write and set up. Raises CommandError if a required answer is missing or wrong."""
        file: Path = options["file"]
        self._asks = not options["no_input"]
        if file.is_file() and self._asks and not self._agreed(f"{file} already exists. Change it?"):
            message = "Nothing was changed."
            raise CommandError(message)
        answers = self._answers(file, options)
        first_settings.write_env_file(file, answers)
        self.stdout.write(self.style.SUCCESS(f"✓ settings: {file}, readable only by you"))
        if options["only_write"]:
            return
        user = self._user(options)
        failed = self._set_up(file, user)
        if not {"set-up", "first user"}.intersection(failed):
            self._say_what_next(user, answers["SITE_URL"])
        if failed:
            message = f"not done: {', '.join(failed)}. Fix what’s reported above and run this command again."
            raise CommandError(message)

    # --- Asking ---

    def _answers(self, file: Path, options: dict[str, Any]) -> dict[str, str]:
        before = {name: value for name, value in env_file.values(file).items() if value}
        given = dict(pair.partition("=")[::2] for pair in options["further"])
        flags = {
            question.variable: options[question.flag[2:].replace("-", "_")] for question in first_settings.ALL_BUT_KEYS
        }
        given |= {name: value for name, value in flags.items() if value is not None}
        answers: dict[str, str] = {}
        for question in first_settings.in_order(answers):
            answers[question.variable] = self._answer(question, given.get(question.variable), before)
        further = {name: value for name, value in given.items() if name not in answers}
        return answers | further

    def _answer(self, question: SettingQuestion, given: str | None, before: dict[str, str]) -> str:
        default = before.get(question.variable, question.default)
        if given is not None or not self._asks:
            value = default if given is None else given
            if fault := question.fault(value):
                message = f"{question.flag} ({question.variable}): {fault}"
                raise CommandError(message)
            return value
        while True:
            shown = " [keep current]" if question.is_secret and default else f" [{default}]" if default else ""
            prompt = f"{question.text} ({question.variable}){shown}: "
            value = (getpass if question.is_secret else input)(prompt).strip() or default
            if not (fault := question.fault(value)):
                return value
            self.stderr.write(f"  That doesn’t work: {fault}.")

    def _user(self, options: dict[str, Any]) -> FirstUser:
        name = options["user"] or (input("Name of the first user [admin]: ").strip() if self._asks else "") or "admin"
        email = options["user_email"]
        while (fault := _fault_of_address(email)) is not None:
            if not self._asks:
                message = f"--user-email: {fault}"
                raise CommandError(message)
            if email:
                self.stderr.write(f"  That doesn’t work: {fault}.")
            email = input("Their email address, which gets a test email: ").strip()
        return FirstUser(name, email, os.environ.get("DJANGO_SUPERUSER_PASSWORD", ""))

    def _agreed(self, question: str) -> bool:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}

    # --- Setting up ---

    def _set_up(self, file: Path, user: FirstUser) -> list[str]:
        """Run every step in a process that has the new settings, and show how each went; return those that failed."""
        self.stdout.flush()
        command = ["set_up", "--user", user.name, "--user-email", user.email]
        with subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *command],
            env={**os.environ, "DJANGO_SUPERUSER_PASSWORD": user.password, "ENV_FILE": str(file)},
            cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as process:  # fmt: skip
            failed, others = [], [""]
            for line in map(str.rstrip, process.stdout or ()):
                if line.startswith("✗"):
                    failed.append(line.removeprefix("✗ ").partition(":")[0])
                    self.stderr.write(line)
                elif line.startswith("✓"):
                    user.is_new = user.is_new and "already there" not in line
                    self.stdout.write(self.style.SUCCESS(line))
                else:
                    others.append(line)
        if process.returncode and not failed:
            # It did not even start; the last line of a traceback is the error.
            self.stderr.write(f"✗ set-up: {others[-1]}")
            return ["set-up"]
        return failed

    def _say_what_next(self, user: FirstUser, site: str) -> None:
        password = f", password {user.password}" if user.is_new and user.is_generated else ""
        earlier = "" if user.is_new else " with the password you already have (manage.py changepassword sets a new one)"
        self.stdout.write(
            f"\nSign in at {site}/admin/ as {user.name}{password}{earlier}\n\n"
            "Next steps:\n"
            "  1. Start it:  .venv/bin/python manage.py serve     (see docs/running.md for larger setups)\n"
            "  2. Put a TLS proxy in front of it. docs/running.md explains how.\n"
        )


def _fault_of_address(address: str) -> str | None:
    try:
        validate_email(address)
    except ValidationError:
        return "expected an address such as you@example.org"
    return None
