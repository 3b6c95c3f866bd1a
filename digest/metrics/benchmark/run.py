"""Run the engine for a made-up list of readers, in a scratch database, into a sink, and time each stage."""

import multiprocessing
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, connections
from django.test.utils import override_settings
from django.utils import timezone

from config.garbage_collection import without_cyclic_collection
from digest.composing.digest_data import letters
from digest.composing.fast_renderer import FragmentRenderer
from digest.metrics.benchmark import population, sinks
from digest.models import Delivery
from digest.ranking import Limits, UserFeatures, rank
from digest.recommending import planning
from digest.recommending.candidates import candidates_from_editions
from digest.sending import worker as draining

# How many readers are ranked, and how many mails composed, to time one step alone.
RANKED_SAMPLE, COMPOSED_SAMPLE = 2000, 20_000
# Connections of one process to a slow provider: with one mail per call, and with many.
ANYMAIL_CONNECTIONS, BATCH_CONNECTIONS = 96, 4


class BenchmarkError(Exception):
    """The run did not complete what it was to measure; str() says what was missing."""


@dataclass(frozen=True)
class Result:
    """What one run measured; rates in mails per second, `peak_mb` in MB, `mail_bytes` in bytes."""

    subscribers: int
    transport: str
    stages: dict[str, float]
    end_to_end_per_second: float
    yardstick_per_second: float | None
    ratio: float | None
    peak_mb: float
    mail_bytes: int

    def as_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(frozen=True)
class Setup:
    """How to run: `smtp` or `anymail`, the number of sending processes, the provider's response time in seconds."""

    transport: str = "smtp"
    processes: int = 4
    latency: float = 0.1
    per_call: int = 1

    def provider(self, address: str) -> dict[str, Any]:
        """Return the settings for a provider at this address: Postmark, or Mailgun for many digests per call."""
        if self.per_call == 1:
            anymail = {"POSTMARK_SERVER_TOKEN": "benchmark", "POSTMARK_API_URL": address}
            backend, connections = "postmark", ANYMAIL_CONNECTIONS
        else:
            anymail = {"MAILGUN_API_KEY": "k", "MAILGUN_SENDER_DOMAIN": "example.org", "MAILGUN_API_URL": address}
            backend, connections = "mailgun", BATCH_CONNECTIONS
        return {
            "EMAIL_BACKEND": f"anymail.backends.{backend}.EmailBackend",
            "ANYMAIL": anymail,
            "SEND_CONNECTIONS": connections,
            "SEND_PER_CALL": self.per_call,
            "SEND_BATCH": 2000,
        }


@contextmanager
def scratch_database() -> Iterator[None]:
    """Make an empty database next to the configured one and drop it afterwards: no real reader is ever touched."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(str(name), verbosity=0)


@contextmanager
def into_a_sink(setup: Setup) -> Iterator[int | None]:
    """Send all mail to a sink; yield its SMTP port, or None if the sink is a provider's API."""
    with tempfile.TemporaryDirectory() as folder:
        shared: dict[str, Any] = {"VAR_DIR": folder}
        if setup.transport == "smtp":
            with sinks.smtp_sink() as port:
                backend = "django.core.mail.backends.smtp.EmailBackend"
                here = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_HOST_USER": "", "EMAIL_USE_TLS": False}
                with override_settings(EMAIL_BACKEND=backend, **here, **shared):
                    yield port
        else:
            with sinks.provider(setup.latency) as address, override_settings(**setup.provider(address), **shared):
                yield None


def benchmark_delivery(number: int, setup: Setup, progress: Callable[[int], None]) -> Result:
    """Plan and send for this many readers in the current (scratch) database; `progress` gets the number sent so far."""
    topics = population.make_edition()
    population.generate_subscribers(number, topics)
    with into_a_sink(setup) as port:
        before = yardstick(port, number, 28_000) if port else None
        planned, total = _plan_and_send(number, setup, progress)
        mails = _composed(COMPOSED_SAMPLE)
        after = yardstick(port, number, mails.size) if port else None
    sent = Delivery.objects.filter(status=Delivery.Status.SENT).count()
    if sent != number:
        raise BenchmarkError(f"{sent} of {number} digests were sent")
    measured = [value for value in (before, after) if value]
    rate = sum(measured) / len(measured) if measured else None
    return Result(
        subscribers=number,
        transport=setup.transport,
        stages={
            "rank": _ranked(RANKED_SAMPLE),
            "compose": mails.per_second,
            "plan": number / planned,
            "send": number / total,
        },
        end_to_end_per_second=number / total,
        yardstick_per_second=rate,
        ratio=number / total / rate if rate else None,
        peak_mb=_peak_mb(),
        mail_bytes=mails.size,
    )


def _plan_and_send(number: int, setup: Setup, progress: Callable[[int], None]) -> tuple[float, float]:
    """Plan here while other processes send; return the seconds of planning and in total."""
    connections.close_all()
    planned, sent = multiprocessing.Event(), multiprocessing.Value("q", 0)
    ready = multiprocessing.Barrier(setup.processes + 1)
    senders = [
        multiprocessing.get_context("fork").Process(target=_send, args=(ready, planned, sent))
        for _ in range(setup.processes)
    ]
    for sender in senders:
        sender.start()
    ready.wait()
    start = time.perf_counter()
    planning.plan(timezone.now())
    planning_took = time.perf_counter() - start
    planned.set()
    while any(sender.is_alive() for sender in senders):
        progress(sent.value)
        for sender in senders:
            sender.join(0.05)
    total = time.perf_counter() - start
    progress(number)
    return planning_took, total


def _send(ready: Any, planned: Event, sent: "Synchronized[int]") -> None:
    """Send until the planner is done and nothing is queued."""
    with draining.Worker() as worker:
        ready.wait()
        while True:
            last_look = planned.is_set()
            count = sum(worker.send_batch().values())
            with sent.get_lock():
                sent.value += count
            if not count:
                if last_look:
                    return
                time.sleep(0.01)


def yardstick(port: int, number: int, size: int) -> float | None:
    """Return the mails per second of Postfix's smtp-source with 8 sessions into the same sink, if it is installed."""
    program = sinks.tool("smtp-source")
    if not program:
        return None
    count = max(2000, min(number, 20_000))
    command = [program, "-s", "8", "-d", "-l", str(size), "-m", str(count), f"127.0.0.1:{port}"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return count / (time.perf_counter() - start)


@dataclass(frozen=True)
class Composed:
    """How fast mails were composed, and their mean size on the wire in bytes."""

    per_second: float
    size: int


def _composed(sample: int) -> Composed:
    """Compose already sent mails again, batch by batch with one renderer as a worker does, and discard them."""
    keys = list(Delivery.objects.values_list("pk", flat=True)[:sample])
    renderer, size, took = FragmentRenderer(), 0, 0.0
    for first in range(0, len(keys), settings.SEND_BATCH):
        batch = letters(keys[first : first + settings.SEND_BATCH])
        renderer.load(batch)
        start = time.perf_counter()
        with without_cyclic_collection():
            size += sum([len(renderer.mail(letter).wire()) for letter in batch])
        took += time.perf_counter() - start
    return Composed(len(keys) / took, size // len(keys))


def _ranked(sample: int) -> float:
    """Return for how many readers per second ranking alone orders the edition."""
    chance = np.random.default_rng(3)
    follows = (chance.random((sample, population.BENCHMARK_TOPICS)) < 0.15).astype(np.float32)  # noqa: PLR2004
    offer = candidates_from_editions(None).arrays
    readers = UserFeatures(follows, np.zeros(follows.shape, dtype=np.bool_))
    limits = Limits(np.full(sample, 10), chance.random(sample))
    start = time.perf_counter()
    for _ in range(10):
        rank(readers, offer, limits)
    return 10 * sample / (time.perf_counter() - start)


def _peak_mb() -> float:
    """Return the peak memory of a single process, in MB."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / 1024
