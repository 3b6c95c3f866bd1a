"""`manage.py init`: from nothing to a service that can send, with prompts or flags."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config import env_file, providers
from digest.management import first_settings
from digest.management.commands import set_up
from tests.support.fake_smtp import fake_smtp

pytestmark = pytest.mark.storeless

ANSWERS = {
    "site_url": "https://papers.example.org",
    "mail_from": "Daily Papers <papers@example.org>",
    "postal_address": "Our Lab, 1 Our Street",
    "email_url": "smtp://mail.example.org:25",
    "user_email": "ada@example.org",
}


def written_settings(file, **further):
    call_command("init", file=file, no_input=True, only_write=True, **ANSWERS | further)
    return env_file.values(file)


@pytest.fixture
def answers_to_prompts(monkeypatch):
    """Answer the prompts for these variables; every other prompt gets its default."""
    answers, prompts = {}, []

    def answer(prompt):
        prompts.append(prompt)
        assert len(prompts) < 50, f"asked again and again: {prompts[-1]}"
        for variable, given in answers.items():
            if f"({variable})" in prompt:
                return given.pop(0) if isinstance(given, list) else given
        return ""

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("digest.management.commands.init.getpass", answer)
    return answers


def test_the_file_has_the_given_values_and_fresh_secrets_for_its_owner_only(tmp_path):
    file = tmp_path / ".env"

    values = written_settings(file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert values["SITE_URL"] == "https://papers.example.org"
    assert values["DEBUG"] == "false"
    assert len(values["SECRET_KEY"]) >= 50
    assert written_settings(tmp_path / "other")["SECRET_KEY"] != values["SECRET_KEY"]


def test_existing_values_in_the_file_stay(tmp_path):
    file = tmp_path / ".env"
    before = written_settings(file, further=["EDITION_HOUR=9"], email_password="o'ne $ecret")

    after = written_settings(file, site_name="Ours", email_url=None)

    assert after == before | {"SITE_NAME": "Ours"}
    assert after["EMAIL_PASSWORD"] == "o'ne $ecret"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"site_url": "http://papers.example.org"}, r"--site-url \(SITE_URL\): expected an https:// address"),
        ({"mail_from": "nobody"}, r"--mail-from \(MAIL_FROM\): expected a mailbox"),
        ({"email_url": "http://x"}, r"--email-url \(EMAIL_URL\): expected an address such as smtp"),
        ({"email_url": None}, r"--email-url \(EMAIL_URL\): an answer is required"),
        ({"mail_provider": "pigeon"}, r"--mail-provider \(MAIL_PROVIDER\): expected one of"),
        ({"postal_address": "two\nlines"}, r"--postal-address \(POSTAL_ADDRESS\): expected one line"),
        ({"mail_provider": "postmark"}, r"ANYMAIL_POSTMARK_SERVER_TOKEN\): an answer is required"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_written(tmp_path, change, fault):
    file = tmp_path / ".env"

    with pytest.raises(CommandError, match=fault):
        written_settings(file, **change)
    assert not file.exists()


@pytest.mark.parametrize("provider", sorted(providers.KEYS))
def test_every_provider_gets_its_keys_and_a_webhook_secret(tmp_path, provider):
    keys = [question.variable for question in first_settings.of_provider(provider)]

    values = written_settings(
        tmp_path / ".env", mail_provider=provider, email_url=None, further=[f"{key}=k" for key in keys]
    )

    assert values["EMAIL_URL"] == ""
    assert {values[key] for key in keys} <= {"k"}
    assert not providers.missing_proof(
        provider, {name.removeprefix("ANYMAIL_"): value for name, value in values.items()}
    )


def test_a_wrong_answer_is_asked_for_again(tmp_path, answers_to_prompts, capsys):
    answers_to_prompts |= {
        "SITE_URL": ["papers", "https://papers.example.org"],
        "MAIL_FROM": "papers@example.org",
        "POSTAL_ADDRESS": "Our Lab",
        "EMAIL_URL": "smtp://mail.example.org:25",
    }

    call_command("init", file=tmp_path / ".env", only_write=True)

    assert "That doesn’t work: expected an address such as https://papers.example.org" in capsys.readouterr().err
    assert env_file.values(tmp_path / ".env")["SITE_URL"] == "https://papers.example.org"


def test_an_existing_file_is_changed_only_after_confirmation(tmp_path, answers_to_prompts):
    file = tmp_path / ".env"
    file.write_text("SITE_NAME=Ours\n")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("init", file=file, only_write=True)
    assert file.read_text() == "SITE_NAME=Ours\n"


def run_init(folder, email_url, *further):
    flags = ANSWERS | {"email_url": email_url, "file": str(folder / ".env")}
    return subprocess.run(
        [sys.executable, "manage.py", "init", "--no-input", "--set", f"VAR_DIR={folder}",
         *(part for setting in further for part in ("--set", setting)),
         *(part for name, value in flags.items() for part in (f"--{name.replace('_', '-')}", value))],
        env={"PATH": os.environ["PATH"], "ENV_FILE": ""}, cwd=project.BASE_DIR,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_from_nothing_without_a_mail_server_and_again_to_a_test_email(tmp_path):
    unreachable = run_init(tmp_path, "smtp://127.0.0.1:9")
    with fake_smtp() as server:
        second_run = run_init(tmp_path, f"smtp://127.0.0.1:{server.port}")

    assert unreachable.returncode == 1
    for step in ("settings", "check", "database", "static files", "topics", "first user"):
        assert f"✓ {step}" in unreachable.stdout
    assert "✗ test email: ConnectionRefusedError" in unreachable.stderr
    assert "not done: test email" in unreachable.stderr
    assert "Sign in at https://papers.example.org/admin/ as admin, password " in unreachable.stdout
    assert second_run.returncode == 0, second_run.stderr
    assert "✓ first user: already there" in second_run.stdout
    assert "✓ test email" in second_run.stdout
    assert "as admin with the password you already have" in second_run.stdout
    assert len(server.mails) == 1


def test_a_service_that_cannot_start_is_not_said_to_be_ready(tmp_path):
    broken = run_init(tmp_path, "smtp://127.0.0.1:9", "DATABASE_URL=mysql://x")

    assert broken.returncode == 1
    assert "✗ set-up: DATABASE_URL in the environment" in broken.stderr
    assert "Sign in at" not in broken.stdout


def test_a_step_that_fails_says_why_and_the_others_are_done(monkeypatch, capsys):
    steps = []

    def call(name, *arguments, **options):
        steps.append(name)
        if name == "migrate":
            raise OperationalError("no such\nserver")
        if name == "createsuperuser":
            raise CommandError("Error: That username is already taken.")

    monkeypatch.setattr(set_up, "call_command", call)

    with pytest.raises(SystemExit, match="1"):
        set_up.Command(no_color=True).handle(user="ada", user_email="ada@example.org")

    assert steps == ["check", "migrate", "collectstatic", "load_topics", "createsuperuser", "sendtestemail"]
    assert capsys.readouterr().out.splitlines() == [
        "✓ check",
        "✗ database: OperationalError: no such server",
        "✓ static files",
        "✓ topics",
        "✓ first user: already there",
        "✓ test email",
    ]
