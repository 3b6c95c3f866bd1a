"""The Celery tasks. Each loads, calls one function, and ends."""

import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from digest.catalog import harvest_scheduler
from digest.community import members, user_profiles, zotero
from digest.editions import drafting, publishing, sentence_writing, submissions
from digest.metrics import planning_runs, sending_day, tallies
from digest.models import PasskeyChallenge, ZoteroConnection
from digest.recommending import learned_weights, withdrawal_recipients
from digest.sending import breaker, bulk_actions, recovery, sign_in_alert, worker
from subscriptions import outgoing
from subscriptions.emails import MailError
from subscriptions.models import OutgoingMail

TURN_SECONDS = 10


@shared_task
def plan_due() -> None:
    """Plan the digests of everyone who is due, and start sending them."""
    if planning_runs.plan_and_note(timezone.now()).queued:
        send_queued.delay()


@shared_task
def send_queued() -> None:
    """Send what is queued for one turn; queue another turn if that was not all.

    Turns are short so that a worker that is told to stop can do so within one.
    """
    end = time.monotonic() + TURN_SECONDS
    worker.drain(lambda: time.monotonic() > end)
    if worker.is_worth_another_turn(timezone.now()):
        send_queued.delay()


@shared_task
def watch_editions() -> None:
    """Halt the editions that get too many complaints or bounces, and release those that may go on."""
    if breaker.watch(timezone.now()):
        send_queued.delay()


@shared_task
def sweep_editions() -> None:
    """Apply what the panel decided about whole editions, and start sending if that queued anything."""
    if bulk_actions.sweep(timezone.now()):
        send_queued.delay()


# The names of three tasks stay as they were: messages of an earlier version may still be in the queue.
@shared_task(name="digest.tasks.learn_tastes")
def update_profiles() -> None:
    """Update the profiles that were not updated when the reader gave feedback."""
    user_profiles.learn_new(timezone.now())


@shared_task
def learn_weights() -> None:
    """Learn the weights of the score components from what readers said."""
    learned_weights.learn_from_readers(timezone.now())


# Messages in a queue may still have the name it was first registered under.
@shared_task(name="digest.tasks.publish_late")
def publish_overdue_editions() -> None:
    """Publish the editions whose hour has come."""
    publishing.publish_overdue(timezone.now())


@shared_task
def release_stuck() -> None:
    """Settle what vanished workers left behind."""
    recovery.recover_interrupted(timezone.now())


# Retries after about 10, 20 and 40 seconds: a link that arrives later is of little use.
@shared_task(autoretry_for=(MailError,), retry_backoff=10, retry_jitter=False, max_retries=3)
def send_sign_in_link(pk: int, goes_to: str) -> None:
    """Email a sign-in link to someone who asked for one; if beat's sweep has sent it, it is not sent again."""
    if OutgoingMail.objects.filter(kind="sign_in", recipient=pk).exists():
        outgoing.send("sign_in", pk, timezone.now())
    else:
        # Queued by an earlier version.
        members.send_link(pk, goes_to)


# Retries after about 10, 20 and 40 seconds.
@shared_task(autoretry_for=(MailError,), retry_backoff=10, retry_jitter=False, max_retries=3)
def send_passkey_added(pk: int) -> None:
    """Tell a member that their account has a new passkey; if beat's sweep has sent it, it is not sent again."""
    outgoing.send("passkey_added", pk, timezone.now())


@shared_task
def fetch_submissions() -> None:
    """Fetch the papers that members proposed, and show them to their senders."""
    submissions.fetch_waiting(timezone.now())


@shared_task
def push_to_zotero(subscriber: int) -> None:
    """Send a reader's saved papers to their Zotero library."""
    for connection in ZoteroConnection.objects.filter(subscriber=subscriber).select_related("subscriber"):
        zotero.push(connection, timezone.now())


@shared_task
def push_libraries() -> None:
    """Bring the Zotero libraries of all readers who connected one up to date."""
    zotero.push_due(timezone.now())


@shared_task(name="digest.tasks.forget_strangers")
def forget_unconfirmed_members() -> None:
    """Delete the members who never used a link, and the passkey challenges that were not completed."""
    members.prune_unconfirmed_members(timezone.now())
    PasskeyChallenge.objects.forget(timezone.now() - timedelta(hours=1))


@shared_task
def count_sending() -> None:
    """Count the digests of the newest edition and of today for the panel."""
    now = timezone.now()
    tallies.update_sending_tallies(now)
    sending_day.count_day(now)


@shared_task
def count_all() -> None:
    """Count readers and digests for the panel."""
    tallies.update_tallies(timezone.now())


@shared_task(name="digest.tasks.gather_sources")
def harvest_sources() -> None:
    """Harvest the sources that are due, and put what they list into drafts."""
    harvest_scheduler.harvest_due(timezone.now())
    drafting.draft(timezone.now())
    withdrawal_recipients.find_recipients(timezone.now())


@shared_task
def write_sentences() -> None:
    """Ask the language model, if there is one, for the sentences that papers in editions lack."""
    sentence_writing.write_missing(timezone.now())


# Retries after about 10, 20 and 40 seconds.
@shared_task(autoretry_for=(MailError,), retry_backoff=10, retry_jitter=False, max_retries=3)
def warn_of_failed_sign_ins(pk: int, step: str) -> None:
    """Warn a panel user that sign-ins with their name keep failing."""
    sign_in_alert.warn(pk, step, timezone.now())
