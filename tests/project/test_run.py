"""The whole service as it runs: a Celery worker and beat, with nothing done by hand."""

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.utils import timezone

from digest.models import Delivery
from tests.sending.test_sending import database_url
from tests.support.factories import make_edition, make_paper, make_subscriber

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

# Seconds. Beat starts tasks at full minutes; add planning, sending, and a slow machine.
PATIENCE = 150
PLANNED = re.compile(r"digest\.tasks\.plan_due\[\S+\] succeeded")


@contextmanager
def celery(tmp_path, name, *arguments):
    """Run a Celery process on the database and broker of these tests."""
    variables = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": project.REDIS_URL,
        "VAR_DIR": str(tmp_path),
        "MAIL_PROVIDER": "outbox",
    }
    command = [sys.executable, "-m", "celery", "--app", "config", *arguments]
    with (tmp_path / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, cwd=project.BASE_DIR, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def wait_until(happened):
    end = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < end:
        time.sleep(0.5)


def test_beat_plans_and_the_worker_sends_each_digest_once_even_with_two_beats(tmp_path):
    make_edition(make_paper("The paper"), published=False).publish(timezone.now())
    due = timezone.now() - timedelta(minutes=1)
    readers = [make_subscriber(f"r{index}@example.org", next_digest_at=due) for index in range(5)]

    log = tmp_path / "worker.log"
    with ExitStack() as running:
        worker = running.enter_context(celery(tmp_path, "worker", "worker", "--concurrency", "2", "--loglevel", "INFO"))
        for number in (1, 2):
            schedule = str(tmp_path / f"schedule-{number}")
            running.enter_context(celery(tmp_path, f"beat-{number}", "beat", "--schedule", schedule))
        wait_until(lambda: Delivery.objects.filter(status=Delivery.Status.SENT).count() == len(readers))
        # Each beat has started planning twice, and all of these runs succeeded.
        wait_until(lambda: len(PLANNED.findall(log.read_text())) >= 4)
        assert worker.poll() is None, log.read_text()

    assert len(PLANNED.findall(log.read_text())) >= 4, log.read_text()
    assert list(Delivery.objects.values_list("status", flat=True)) == [Delivery.Status.SENT] * len(readers)
    mails = [file.read_text() for file in (tmp_path / "outbox").glob("*.eml")]
    assert len(mails) == len(readers)
    for reader in readers:
        assert sum(f"To: {reader.email}" in mail for mail in mails) == 1
