"""Each digest is sent once, whatever happens: killed workers, Redis restarts, doubled and lost doorbells, a bad server.

`make chaos` runs it at scale. CHAOS_SUBSCRIBERS and CHAOS_KILLS set the size.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings as project
from django.utils import timezone
from kombu.exceptions import OperationalError

from digest.models import Delivery
from subscriptions.models import Status as Standing
from subscriptions.models import Subscriber
from tests.sending.test_sending import database_url
from tests.support.factories import make_edition, make_paper
from tests.support.fake_smtp import FakeSmtp, fake_smtp

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

SUBSCRIBERS = int(os.environ.get("CHAOS_SUBSCRIBERS", "400"))
KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
WORKERS, CONNECTIONS = 2, 2
PATIENCE = 120 + SUBSCRIBERS / 20
Status = Delivery.Status


@dataclass
class ChaoticSmtp(FakeSmtp):
    """A server that accepts most mails, refuses some for now or for good, and sometimes hangs up around the answer."""

    chance: random.Random = field(default_factory=lambda: random.Random(4))
    accepted: Counter[int] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    hung_up: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, recipient: str, content: bytes) -> str:  # noqa: ARG002
        delivery = int(re.search(rb"Message-ID: <digest\.(\d+)\.", content)[1])
        with self.lock:
            roll = 1.0 if delivery in self.seen else self.chance.random()
            self.seen.add(delivery)
            if roll < 0.08:
                return "451 not now"
            if roll < 0.11:
                return "554 never"
            if roll < 0.13:
                self.hung_up += 1
                return ""
            self.accepted[delivery] += 1
            if roll < 0.15:
                self.hung_up += 1
                return ""
        if roll < 0.2:
            time.sleep(0.05)
        return "250 taken"


class Machinery:
    """This test's own Redis and Celery workers, to be killed and restarted."""

    def __init__(self, smtp_port, folder):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.redis_port = free.getsockname()[1]
        self.variables = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "VAR_DIR": str(folder),
            "PLAN_BATCH": "60",
            "SEND_BATCH": "25",
            "SEND_FIRST_WAIT_SECONDS": "1",
            "SEND_LEASE_SECONDS": "30",
        }
        self.redis = self.start_redis()
        self.workers = [self.start_worker(number) for number in range(WORKERS)]
        self.bell = Celery(broker=self.variables["REDIS_URL"])
        self.bell.conf.broker_connection_timeout = 1
        self.bell.conf.task_publish_retry = False

    def start_redis(self):
        command = ["redis-server", "--port", str(self.redis_port), "--save", "", "--appendonly", "no"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start_worker(self, number):
        name = f"w{number}-{time.monotonic_ns()}"
        command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--hostname", name]
        # Both kinds of worker in docs/running.md: one sends in threads, the other in processes.
        pool = "threads" if number == 0 else "prefork"
        command += ["--pool", pool, "--concurrency", str(CONNECTIONS), "--loglevel", "WARNING"]
        with (self.folder / "workers.log").open("ab") as log:
            return subprocess.Popen(
                command, env=self.variables, cwd=project.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )

    def ring(self):
        """Ring like two beats at once. A ring that is lost does no harm."""
        with suppress(OperationalError, OSError):
            for name in ("plan_due", "send_queued") * 2:
                self.bell.send_task(f"digest.tasks.{name}")

    def kill_a_worker(self, number):
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()
        self.workers[number] = self.start_worker(number)

    def restart_redis(self):
        self.redis.kill()
        self.redis.wait()
        self.redis = self.start_redis()

    def stop(self):
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        self.redis.kill()
        self.redis.wait()
        self.bell.close()


def make_readers():
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(
            email=f"r{number}@example.org",
            email_key=f"r{number}@example.org",
            status=Standing.ACTIVE,
            confirmed_at=now,
            next_digest_at=now - timedelta(minutes=1),
        )
        for number in range(SUBSCRIBERS)
    )


def finished():
    final = [Status.SENT, Status.FAILED, Status.UNCERTAIN]
    return Delivery.objects.filter(status__in=final).count()


def test_every_reader_gets_one_digest_whatever_is_killed(tmp_path):
    make_edition(make_paper("The paper"), published=False).publish(timezone.now())
    make_readers()
    kills_left, redis_restarted, end = KILLS, False, time.monotonic() + PATIENCE
    with fake_smtp(ChaoticSmtp()) as smtp:
        machinery = Machinery(smtp.port, tmp_path)
        try:
            while finished() < SUBSCRIBERS and time.monotonic() < end:
                machinery.ring()
                time.sleep(0.5)
                share = finished() / SUBSCRIBERS
                if kills_left and share > (KILLS - kills_left + 0.5) / (KILLS + 1):
                    machinery.kill_a_worker(kills_left % WORKERS)
                    kills_left -= 1
                if not redis_restarted and share > 0.5:
                    machinery.restart_redis()
                    redis_restarted = True
        finally:
            machinery.stop()

    counts = Counter(Delivery.objects.values_list("status", flat=True))
    log = (tmp_path / "workers.log").read_text()[-3000:]
    accepted = smtp.accepted.total()
    summary = f"{SUBSCRIBERS} readers, {KILLS} kills, {smtp.hung_up} hang-ups: {dict(counts)}; accepted {accepted}"
    sys.stdout.write(f"{summary}\n")
    assert sum(counts.values()) == SUBSCRIBERS == finished(), (counts, log)
    assert (kills_left, redis_restarted) == (0, True), "the run was over before the chaos"
    # Nothing was sent twice, and the ledger agrees with the server row by row.
    assert max(smtp.accepted.values()) == 1
    for delivery, status in Delivery.objects.values_list("pk", "status"):
        allowed = {Status.SENT: {1}, Status.FAILED: {0}, Status.UNCERTAIN: {0, 1}}[status]
        assert smtp.accepted[delivery] in allowed, (delivery, status)
    # At most the mails that were on the wire when something broke.
    assert counts[Status.UNCERTAIN] <= KILLS * CONNECTIONS + smtp.hung_up
