"""The doorbells Celery rings. Each loads, calls one function, and ends."""

import time

from celery import shared_task
from django.utils import timezone

from digest import counting, curation, drafting, gathering, joining, planning, profiles, submitting
from digest.sending import breaker, draining, recovery, sweeping
from subscriptions.emails import MailError

TURN_SECONDS = 10


@shared_task
def plan_due() -> None:
    """Plan the digests of everybody who is due, and ring for the senders."""
    if planning.plan(timezone.now()).queued:
        send_queued.delay()


@shared_task
def send_queued() -> None:
    """Send what is queued, one turn long; ring again where that was not all.

    Short turns let a worker that is told to stop do so within one.
    """
    end = time.monotonic() + TURN_SECONDS
    draining.drain(lambda: time.monotonic() > end)
    if draining.is_worth_another_turn(timezone.now()):
        send_queued.delay()


@shared_task
def watch_editions() -> None:
    """Halt the editions that draw too many complaints or bounces, and release what may go on."""
    if breaker.watch(timezone.now()):
        send_queued.delay()


@shared_task
def sweep_editions() -> None:
    """Do what the panel decided about whole editions, and ring for the senders where that gave them work."""
    if sweeping.sweep(timezone.now()):
        send_queued.delay()


@shared_task
def learn_tastes() -> None:
    """Write the profiles that were not written when somebody said something."""
    profiles.learn_new(timezone.now())


@shared_task
def publish_late() -> None:
    """Publish the editions whose hour has come."""
    curation.publish_late(timezone.now())


@shared_task
def release_stuck() -> None:
    """Settle what vanished workers left behind."""
    recovery.recover(timezone.now())


# Tries again after about 10, 20 and 40 seconds: a link that comes later is of little use.
@shared_task(autoretry_for=(MailError,), retry_backoff=10, retry_jitter=False, max_retries=3)
def send_sign_in_link(pk: int, goes_to: str) -> None:
    """Write to somebody who wants to sign in."""
    joining.send_link(pk, goes_to)


@shared_task
def fetch_submissions() -> None:
    """Fetch the papers that members proposed, and show them to their senders."""
    submitting.fetch_waiting(timezone.now())


@shared_task
def forget_strangers() -> None:
    """Delete the members who never used a link."""
    joining.forget_strangers(timezone.now())


@shared_task
def count_sending() -> None:
    """Count the digests of the newest edition for the panel."""
    counting.count_sending(timezone.now())


@shared_task
def count_all() -> None:
    """Count readers and digests for the panel."""
    counting.count_all(timezone.now())


@shared_task
def gather_sources() -> None:
    """Ask the sources whose hour has come, one after another, and put what they list into drafts."""
    gathering.gather_due(timezone.now())
    drafting.draft(timezone.now())
