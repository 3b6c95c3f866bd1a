"""The state of the workers' broker: whether it answers, and what is waiting in its queues."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import kombu.exceptions
from django.conf import settings
from kombu import Connection

from config.celery import app

# How many seconds it may take to answer.
BROKER_TIMEOUT_SECONDS = 2
# The same while someone is waiting for a page.
LITTLE_PATIENCE = 0.3
BROKER_ERRORS = (kombu.exceptions.OperationalError, OSError)


def answers() -> bool:
    """Return whether the broker accepts a connection."""
    try:
        with _opened(BROKER_TIMEOUT_SECONDS):
            return True
    except BROKER_ERRORS:
        return False


def waiting() -> dict[str, int] | None:
    """Return how many tasks are waiting in each queue; None if the broker does not answer."""
    try:
        with _opened(LITTLE_PATIENCE) as broker:
            channel: Any = broker.default_channel
            names = [queue.name for queue in settings.CELERY_TASK_QUEUES]
            return {name: channel.queue_declare(queue=name).message_count for name in names}
    except BROKER_ERRORS:
        return None


def workers() -> list[str]:
    """Return the names of the workers that answer a ping; empty if the broker does not answer."""
    try:
        with _opened(BROKER_TIMEOUT_SECONDS) as broker:
            return sorted(name for reply in app.control.ping(timeout=1, connection=broker) or [] for name in reply)
    except BROKER_ERRORS:
        return []


def empty() -> bool:
    """Discard all waiting tasks; return whether the broker answered."""
    try:
        with _opened(BROKER_TIMEOUT_SECONDS) as broker:
            channel: Any = broker.default_channel
            for queue in settings.CELERY_TASK_QUEUES:
                channel.queue_declare(queue=queue.name)
                channel.queue_purge(queue.name)
            return True
    except BROKER_ERRORS:
        return False


@contextmanager
def _opened(patience: float) -> Iterator[Connection]:
    options = {**app.conf.broker_transport_options, "socket_connect_timeout": patience, "socket_timeout": patience}
    with app.connection_for_write(transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_SECONDS)
        yield broker
