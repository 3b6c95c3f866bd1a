"""The doorbells Celery rings. Each calls one function and ends."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from subscriptions import emails, signing_up
from subscriptions.rosters import importing


# Tries again after about 10, 20, 40, 80 and 160 seconds: far below the time after which Redis would give a waiting
# message to a second worker.
@shared_task(autoretry_for=(emails.MailError,), retry_backoff=10, retry_jitter=False, max_retries=5)
def send_mail(name: str, pk: int) -> None:
    """Write to a subscriber who asked for something."""
    emails.answer(name, pk)


@shared_task
def forget_unconfirmed() -> None:
    """Delete the sign-ups that were never confirmed."""
    signing_up.forget_unconfirmed(timezone.now() - settings.FORGET_UNCONFIRMED)


@shared_task
def work_on_rosters() -> None:
    """Go on with the lists of addresses that are being looked through or brought in."""
    importing.work(timezone.now())
