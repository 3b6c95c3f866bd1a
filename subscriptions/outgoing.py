"""Requested mails: kept in the database until they are sent, so that none are lost while the broker is away.

Celery's message is a doorbell. If it gets lost, beat's sweep finds the row within a minute.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from subscriptions import emails
from subscriptions.models import OutgoingMail

logger = logging.getLogger(__name__)

FIRST_WAIT, MAX_MAIL_RETRY_DELAY = timedelta(seconds=10), timedelta(minutes=10)
# For mails that were sent, and for those a dead worker left behind.
OUTGOING_RETENTION = timedelta(days=1)
OUTGOING_BATCH = 500


class MailKind(NamedTuple):
    """How a kind of mail is sent, given its recipient's key and its details, and how late is too late."""

    send: Callable[..., None]
    life: Callable[[], timedelta]


MAIL_KINDS: dict[str, MailKind] = {
    "sign_up": MailKind(partial(emails.answer, "sign_up"), lambda: settings.FORGET_UNCONFIRMED),
    "link_request": MailKind(partial(emails.answer, "link_request"), lambda: timedelta(days=1)),
}


def queue_mail(kind: str, recipient: int, enqueue: Callable[[], object], **details: object) -> None:
    """Store a mail to be sent, and queue its task on commit."""
    fresh = {"details": details, "created_at": timezone.now(), "not_before": timezone.now(), "attempts": 0}
    fresh |= {"begun_at": None, "sent_at": None}
    OutgoingMail.objects.update_or_create(kind=kind, recipient=recipient, defaults=fresh)
    enqueue_on_commit(enqueue)


def enqueue_on_commit(enqueue: Callable[[], object]) -> None:
    """Queue a task on commit; if the broker is down, beat starts it once it is back."""

    def enqueue_once() -> None:
        try:
            enqueue()
        except (OperationalError, OSError) as error:
            logger.warning("the broker does not answer, so a task waits for beat: %s", type(error).__name__)

    transaction.on_commit(enqueue_once)


def send(kind: str, recipient: int, now: datetime) -> bool:
    """Send a waiting mail; return whether this call did. Raises MailError if it was not accepted and will be retried.

    However many callers there are, only one sends it.
    """
    mail = OutgoingMail.objects.waiting(now).filter(kind=kind, recipient=recipient)
    if not mail.update(begun_at=now, attempts=F("attempts") + 1):
        return False
    row = OutgoingMail.objects.get(kind=kind, recipient=recipient)
    mine = OutgoingMail.objects.filter(pk=row.pk, begun_at=now)
    if now - row.created_at > MAIL_KINDS[kind].life():
        logger.warning("outgoing email %d is too late to be sent", row.pk)
        mine.delete()
        return False
    try:
        MAIL_KINDS[kind].send(recipient, **row.details)
    except Exception:
        wait = min(FIRST_WAIT * 2 ** min(row.attempts - 1, 10), MAX_MAIL_RETRY_DELAY)
        mine.update(begun_at=None, not_before=now + wait)
        raise
    mine.update(sent_at=now)
    return True


def send_waiting(now: datetime) -> int:
    """Send waiting mails and delete finished ones; return how many were sent. A failure does not stop the others."""
    sent = 0
    for kind, recipient in OutgoingMail.objects.waiting(now).values_list("kind", "recipient")[:OUTGOING_BATCH]:
        try:
            sent += send(kind, recipient, now)
        except emails.MailError as error:
            logger.warning("not sent yet: %s", error)
        except Exception:
            logger.exception("outgoing email %s %d could not be sent", kind, recipient)
    OutgoingMail.objects.filter(begun_at__lt=now - OUTGOING_RETENTION).delete()
    return sent
