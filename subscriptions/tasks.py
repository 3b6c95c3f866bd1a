"""The Celery tasks, which are doorbells. Each calls one function and ends."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from subscriptions import emails, outgoing, signing_up
from subscriptions.importing import retention, runner
from subscriptions.models import OutgoingMail


# Retries after about 10, 20, 40, 80 and 160 seconds: far below the time after which Redis would give a waiting
# message to a second worker.
@shared_task(autoretry_for=(emails.MailError,), retry_backoff=10, retry_jitter=False, max_retries=5)
def send_mail(name: str, pk: int) -> None:
    """Send a subscriber the mail they asked for, unless beat's sweep has already sent it."""
    if OutgoingMail.objects.filter(kind=name, recipient=pk).exists():
        outgoing.send(name, pk, timezone.now())
    else:
        # Queued by an earlier version.
        emails.answer(name, pk)


@shared_task
def send_waiting_mails() -> None:
    """Send the mails that were requested while the broker was away, or could not be handed over."""
    outgoing.send_waiting(timezone.now())


@shared_task
def forget_unconfirmed() -> None:
    """Delete the sign-ups that were never confirmed."""
    signing_up.delete_unconfirmed(timezone.now() - settings.FORGET_UNCONFIRMED)


@shared_task
def forget_rosters() -> None:
    """Delete the lists of addresses that were abandoned."""
    retention.forget_old(timezone.now())


@shared_task
def work_on_rosters() -> None:
    """Continue with the lists of addresses that are being checked or imported."""
    runner.run_imports(timezone.now())
