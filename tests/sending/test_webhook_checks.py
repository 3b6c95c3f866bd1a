"""`manage.py check --deploy` names what is missing before reports can be trusted."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from config import providers
from tests.support.webhook_posts import ALL_SECRETS, PROVIDERS_WITH_WEBHOOKS


def check_messages(settings, provider, **options):
    settings.MAIL_PROVIDER, settings.ANYMAIL = provider, options
    return [(m.id, m.msg) for m in run_checks(include_deployment_checks=True) if m.id.startswith("digest.")]


@pytest.mark.parametrize("provider", PROVIDERS_WITH_WEBHOOKS)
def test_a_missing_proof_is_an_error_that_names_the_setting(settings, provider):
    ((number, message),) = check_messages(settings, provider)

    assert number == "digest.E001"
    assert f"ANYMAIL_{providers.PROOFS[provider][0]} isn’t set" in message


@pytest.mark.parametrize("provider", ["smtp", "outbox", "scaleway", *PROVIDERS_WITH_WEBHOOKS])
def test_there_are_no_messages_when_everything_is_set(settings, provider):
    assert check_messages(settings, provider, **ALL_SECRETS) == []


@pytest.mark.parametrize("provider", ["smtp", "outbox", "scaleway"])
def test_where_nothing_is_reported_no_secret_is_missing(settings, provider):
    assert check_messages(settings, provider) == []


@pytest.mark.parametrize(
    ("provider", "options", "setting"),
    [
        ("mailgun", {"MAILGUN_API_KEY": "key"}, "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY"),
        ("resend", {"WEBHOOK_SECRET": "user:password"}, "ANYMAIL_RESEND_SIGNING_SECRET"),
    ],
)
def test_a_weaker_proof_gives_a_warning(settings, provider, options, setting):
    ((number, message),) = check_messages(settings, provider, **options)

    assert (number, setting in message) == ("digest.W001", True)


@pytest.mark.parametrize("secret", ["password", "user:", ":password"])
def test_a_secret_that_is_not_user_and_password_is_an_error(settings, secret):
    assert [number for number, _ in check_messages(settings, "brevo", WEBHOOK_SECRET=secret)] == ["digest.E002"]


@pytest.mark.parametrize(
    ("variables", "passes"),
    [
        ({"MAIL_PROVIDER": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "token"}, False),
        ({"MAIL_PROVIDER": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "t", "ANYMAIL_WEBHOOK_SECRET": "u:p"}, True),
        ({"EMAIL_URL": "smtp://mail.example.org", "ANYMAIL_WEBHOOK_SECRET": "broken"}, False),
        ({"EMAIL_URL": "smtp://mail.example.org"}, True),
    ],
)
def test_the_check_fails_in_production_only_when_a_secret_is_missing_or_broken(variables, passes):
    environment = {
        **{name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL") if name in os.environ},
        "DEBUG": "false",
        "SECRET_KEY": "s" * 60,
        "SITE_URL": "https://papers.example.org",
        **variables,
    }

    process = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=project.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (process.returncode == 0) == passes, process.stderr
    assert passes or "ANYMAIL_WEBHOOK_SECRET" in process.stderr


def test_amazon_without_its_packages_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "botocore.config", None)

    with pytest.raises(ImproperlyConfigured, match=r"requirements/ses\.txt .* --build-arg EXTRA=ses"):
        providers.anymail("amazon_ses", 30)
