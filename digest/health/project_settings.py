"""Check the settings with Django's checks and our own."""

from collections.abc import Iterable

from django.conf import settings
from django.core import checks

from digest.health.result import CheckResult, Reporter

SETTINGS_REPORTER = Reporter("settings")


def settings_are_right() -> Iterable[CheckResult]:
    """Report what `check` finds, and `check --deploy` if the service is public."""
    if settings.DEBUG:
        yield SETTINGS_REPORTER.warn(
            "DEBUG is on, which is only for trying things out.", "Set DEBUG=false if others can reach the service."
        )
    messages = [
        message
        for message in checks.run_checks(include_deployment_checks=not settings.DEBUG)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    for message in messages:
        report = SETTINGS_REPORTER.bad if message.level >= checks.ERROR else SETTINGS_REPORTER.warn
        yield report(f"{message.id}: {message.msg}", message.hint or "Run manage.py check --deploy.")
    if not messages and not settings.DEBUG:
        yield SETTINGS_REPORTER.ok("manage.py check --deploy finds no problems.")
