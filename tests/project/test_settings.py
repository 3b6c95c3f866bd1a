"""Settings: the defaults work, a bad value stops startup and is named, and production requires its secrets."""

import os
import runpy
import subprocess
import sys
import traceback
from unittest.mock import patch

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from config.sources import KINDS

pytestmark = pytest.mark.storeless

SECRET = "s3cr3t-" * 10
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": SECRET,
    "SITE_URL": "https://papers.example.org",
    "EMAIL_URL": "smtp+tls://user:hunter2@mail.example.org:587",
}


def start(tmp_path, show="''", **variables):
    """Start with only these variables; return the output and the errors."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    program = f"import django; from django.conf import settings; django.setup(); print({show})"
    process = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **clean,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(tmp_path),
            "ENV_FILE": "",
            **variables,
        },
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return process.stdout.strip(), process.stderr


def values(tmp_path, **variables):
    """Read the settings with only these variables, in this process."""
    with patch.dict(os.environ, {"VAR_DIR": str(tmp_path), "ENV_FILE": "", **variables}, clear=True):
        return runpy.run_path(str(project.BASE_DIR / "config/settings.py"))


def refusal(tmp_path, **variables):
    """Read the settings with only these variables, and return the traceback of their refusal."""
    try:
        values(tmp_path, **variables)
    except ImproperlyConfigured as error:
        return "".join(traceback.format_exception(error))
    return pytest.fail("the settings refuse nothing")


def test_with_no_variable_set_it_runs_on_the_embedded_defaults(tmp_path):
    output, error = start(
        tmp_path,
        "settings.DATABASES['default']['ENGINE'], settings.CELERY_BROKER_URL, settings.EMAIL_BACKEND, settings.DEBUG",
    )

    assert error == ""
    assert "sqlite3" in output
    assert "filesystem://localhost" in output
    assert "digest.sending.file_backend.OutboxBackend" in output
    assert "True" in output


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DEBUG", "perhaps", "true or false"),
        ("SITE_NAME", "Papers\nBcc: everybody@example.org", "one line"),
        ("SITE_URL", "papers.example.org", "https://papers.example.org"),
        ("SITE_URL", "https://[papers.example.org", "https://papers.example.org"),
        ("SITE_URL", "https://papers.example.org:many", "https://papers.example.org"),
        ("SITE_URL", "https://example.org/papers", "without a path"),
        ("STATIC_ROOT", "/dev/null/static", "a folder"),
        ("SOURCES", "oai,everything", "any of " + ", ".join(sorted(KINDS))),
        ("SOURCES", "oai", "ARXIV_CATEGORIES"),
        ("ARXIV_CATEGORIES", "cs.LG,everything at all", "categories such as cs.LG,math.OC"),
        ("EDITION_FROM", "seed", "any of arxiv, biorxiv"),
        ("ARXIV_OAI_URL", "ftp://example.org", "https://export.arxiv.org/api/query"),
        ("HUGGINGFACE_URL", "https://example.org/?date=", "https://export.arxiv.org/api/query"),
        ("DATABASE_URL", "mysql://x", "postgres://"),
        ("DATABASE_URL", "postgres://host:many/papers", "postgres://"),
        ("DATABASE_URL", "postgres://host", "postgres://"),
        ("DATABASE_URL", "sqlite://:memory:", "postgres://"),
        ("REDIS_URL", "localhost:6379", "redis://localhost"),
        ("REDIS_URL", "redis://localhost:many/0", "redis://localhost"),
        ("REDIS_URL", "redis://localhost:6379/first", "redis://localhost"),
        ("MAIL_PROVIDER", "pigeon", "postmark"),
        ("DKIM_SELECTORS", "s1,not a name", "names such as s1,s2"),
        ("MAIL_FROM", "nobody", "papers@example.org"),
        ("MAIL_FROM", "papers@example.org, news@example.org", "papers@example.org"),
        ("MAIL_REPLY_TO", "nobody", "papers@example.org"),
        ("EMAIL_URL", "http://mail", "smtp+tls://"),
        ("EMAIL_URL", "smtp://mail:many", "smtp+tls://"),
        ("EMAIL_URL", "smtp+tls://", "smtp+tls://"),
        ("SEND_BATCH", "many", "a whole number from 1 to 10000"),
        ("SEND_PER_CALL", "2", "expected 1, unless MAIL_PROVIDER is one of brevo, mailgun, sparkpost"),
        ("SEND_PER_SECOND", "fast", "a whole number from 0"),
        ("WARM_UP", "50, many", "whole numbers above 0"),
        ("WARM_UP", "50, 0", "whole numbers above 0"),
        ("WARM_UP", "50, 99999999999999999999", "up to 1000000000"),
        ("METRICS_TOKEN", " ", "without spaces"),
        ("SUBSCRIBE_KEY", "two\nlines", "without spaces"),
        ("VAR_DIR", " ", "a folder"),
        ("WARM_UP_SINCE", "yesterday", "a date such as 2026-11-24"),
        ("ARXIV_HOLIDAYS", "2027-12-30,Easter", "dates such as 2026-12-24, separated by commas"),
        ("BREAKER_COMPLAINTS", "a few", "a number from 0 to 1"),
        ("BREAKER_BOUNCES", "5", "a number from 0 to 1"),
        ("EDITION_HOUR", "24", "a whole number from 0 to 23"),
        ("LOG_LEVEL", "LOUD", "WARNING"),
        ("EMBEDDER", "not a name", "package.module.Class"),
        ("MAILS_PER_ADDRESS", "a few", "3 per hour"),
        ("MAILS_PER_NETWORK", "0 per hour", "3 per hour"),
        ("ARXIV_CATEGORIES", "cs.lg", "cs.LG"),
        ("ARXIV_CATEGORIES", "CS.LG", "cs.LG"),
        ("ALLOWED_HOSTS", "https://papers.example.org", "host names such as"),
        ("ALLOWED_HOSTS", "papers.example.org:8000", "host names such as"),
        ("ALLOWED_HOSTS", "papers.example.org/", "host names such as"),
        ("MAIL_FROM", "müller@example.org", "papers@example.org"),
        ("SITE_URL", "https://-bücher-.example", "https://papers.example.org"),
    ],
)
def test_a_malformed_setting_stops_startup_with_its_name_and_what_was_expected(tmp_path, name, value, expected):
    last = refusal(tmp_path, **{name: value}).strip().splitlines()[-1]

    assert name in last
    assert expected in last


@pytest.mark.parametrize(
    ("change", "expected_name"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SITE_URL": "http://papers.example.org"}, "SITE_URL"),
        ({"EMAIL_URL": ""}, "MAIL_PROVIDER"),
        ({"MAIL_PROVIDER": "postmark"}, "ANYMAIL_POSTMARK_SERVER_TOKEN"),
    ],
)
def test_production_refuses_to_start_without_what_it_needs(tmp_path, change, expected_name):
    assert expected_name in refusal(tmp_path, **PRODUCTION | change).strip().splitlines()[-1]


def test_debugging_is_on_only_where_it_is_asked_for_or_the_site_has_no_https(tmp_path):
    with_https = {name: value for name, value in PRODUCTION.items() if name != "DEBUG"}

    assert values(tmp_path, **with_https)["DEBUG"] is False
    assert values(tmp_path, **with_https, DEBUG="true")["DEBUG"] is True
    assert values(tmp_path)["DEBUG"] is True
    assert "SECRET_KEY" in refusal(tmp_path, SITE_URL="https://papers.example.org").strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "written", "setting", "used"),
    [
        ("SITE_URL", "https://bücher.example:8443", "SITE_URL", "https://xn--bcher-kva.example:8443"),
        ("SITE_URL", "https://straße.example", "ALLOWED_HOSTS", "xn--strae-oqa.example"),
        ("ALLOWED_HOSTS", ".bücher.example,[2001:db8::1]", "ALLOWED_HOSTS", ".xn--bcher-kva.example"),
        ("MAIL_FROM", "Müller <m@bücher.example>", "DEFAULT_FROM_EMAIL", "Müller <m@xn--bcher-kva.example>"),
        ("MAIL_FROM", "Müller <m@example.org>", "DEFAULT_FROM_EMAIL", "Müller <m@example.org>"),
        ("MAIL_FROM", "m@bücher.example", "MAIL_DOMAIN", "xn--bcher-kva.example"),
        ("MAIL_REPLY_TO", "hallo@bücher.example", "MAIL_REPLY_TO", "hallo@xn--bcher-kva.example"),
        ("ADMINS", "ops@bücher.example", "ADMINS", ("", "ops@xn--bcher-kva.example")),
    ],
)
def test_an_internationalised_domain_is_used_in_its_ascii_form(tmp_path, name, written, setting, used):
    value = values(tmp_path, **PRODUCTION | {name: written})[setting]

    assert used in value if isinstance(value, list) else value == used


def test_production_starts_with_its_secrets_and_prints_none(tmp_path):
    output, error = start(tmp_path, "settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS", **PRODUCTION)

    assert error == ""
    assert output == "mail.example.org 587 True"


def test_a_bad_value_stops_startup_before_anything_is_done(tmp_path):
    shown, error = start(tmp_path, DEBUG="perhaps")

    assert shown == ""
    assert error.strip().splitlines()[-1].startswith("django.core.exceptions.ImproperlyConfigured: DEBUG")


def test_a_relative_path_is_in_the_checkout_wherever_the_program_starts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = {"VAR_DIR": "var", "BACKUP_DIR": "var/copies", "DATABASE_URL": "sqlite:///var/papers.sqlite3"}

    read = values(tmp_path, **paths)

    here = project.BASE_DIR / "var"
    assert (read["VAR_DIR"], read["BACKUP_DIR"]) == (here, here / "copies")
    assert read["DATABASES"]["default"]["NAME"] == str(here / "papers.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_hosts_that_was_not_filled_in_is_the_default(tmp_path):
    read = values(tmp_path, SITE_URL="http://papers.example.org", ALLOWED_HOSTS="")

    assert "papers.example.org" in read["ALLOWED_HOSTS"]


def test_a_folder_that_cannot_be_created_stops_startup():
    output, error = start("/dev/null/var")

    assert output == ""
    assert "VAR_DIR in the environment: expected a folder" in error


def test_a_secret_is_used_literally(tmp_path):
    secret = "$HOME is no variable here, nor is ${PATH} or \\$this; it has 50 characters"

    assert values(tmp_path, **PRODUCTION | {"SECRET_KEY": secret})["SECRET_KEY"] == secret


def test_a_site_name_with_a_comma_still_makes_a_valid_sender(tmp_path):
    sender = values(tmp_path, SITE_NAME="Papers, daily")["DEFAULT_FROM_EMAIL"]

    assert sender == '"Papers, daily" <papers@localhost>'


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": "hunter2"},
        {"SECRET_KEY": "$hunter2"},
        {"EMAIL_URL": "ftp://user:hunter2@x"},
        {"EMAIL_URL": "smtp://user:hunter2@x:y"},
        {"DATABASE_URL": "x://user:hunter2@host/db"},
        {"DATABASE_URL": "postgres://user:hunter2@host:port/db"},
        {"REDIS_URL": "redis://:hunter2@host:port"},
        {"SITE_URL": "https://user:hunter2@papers.example.org"},
    ],
)
def test_no_settings_error_reveals_a_secret(tmp_path, change):
    assert "hunter2" not in refusal(tmp_path, **PRODUCTION | change)


@pytest.mark.parametrize(
    ("provider", "variables"),
    [
        ("postmark", {"ANYMAIL_POSTMARK_SERVER_TOKEN": "t"}),
        ("mailgun", {"ANYMAIL_MAILGUN_API_KEY": "k", "ANYMAIL_MAILGUN_SENDER_DOMAIN": "example.org"}),
        ("amazon_ses", {}),
        ("resend", {"ANYMAIL_RESEND_API_KEY": "k"}),
        ("brevo", {"ANYMAIL_BREVO_API_KEY": "k"}),
        ("mailjet", {"ANYMAIL_MAILJET_API_KEY": "k", "ANYMAIL_MAILJET_SECRET_KEY": "s"}),
        ("sparkpost", {"ANYMAIL_SPARKPOST_API_KEY": "k"}),
    ],
)
def test_settings_are_enough_to_choose_a_provider(tmp_path, settings, provider, variables):
    read = values(tmp_path, MAIL_PROVIDER=provider, AWS_DEFAULT_REGION="eu-west-1", **variables)
    settings.EMAIL_BACKEND, settings.ANYMAIL = read["EMAIL_BACKEND"], read["ANYMAIL"]

    assert read["EMAIL_BACKEND"] == f"anymail.backends.{provider}.EmailBackend"
    assert get_connection().esp_name.lower().replace(" ", "_") == provider
