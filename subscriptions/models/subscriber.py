"""Subscriber: a person with an address, and when and how often to email it."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from subscriptions import hooks, schedule
from subscriptions.addresses import address_key
from subscriptions.models.choices import ASKS_BESIDE, Breadth, Channel, Frequency, Status
from subscriptions.models.outgoing_mail import OutgoingMail
from subscriptions.models.suppression import SOFT_BOUNCE_LIMIT
from subscriptions.models.topic import Topic
from subscriptions.phrases import MAX_OWN_WORDS

# How long unsubscribing can be undone, from the page that confirms it.
UNDO_FOR = timedelta(days=1)

# The most papers in one section of a digest: mail clients would clip more.
MOST_PAPERS = 30
# The default number of papers.
USUAL_PAPERS = 10


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Queries for subscribers."""

    def active(self) -> "SubscriberQuerySet":
        """Those who get digests."""
        return self.filter(status=Status.ACTIVE)

    def due(self, at: datetime) -> "SubscriberQuerySet":
        """Those whose digest is due at that moment, longest waiting first."""
        return self.active().filter(next_digest_at__lte=at).order_by("next_digest_at", "pk")

    def never_confirmed(self, before: datetime) -> "SubscriberQuerySet":
        """Those who signed up before then and never confirmed anything."""
        return self.filter(status=Status.PENDING, confirmed_at=None, created_at__lt=before)

    def with_address(self, address: str) -> "SubscriberQuerySet":
        """The one with that address, whatever its spelling."""
        return self.filter(email_key=address_key(address))


# What a form may set.
CHOICES = {
    *schedule.ScheduleFields._fields,
    *("max_papers", "reading_minutes", "least_match", "breadth", "max_more", "channel", "paused_until", "own_words"),
}


class Subscriber(models.Model):
    """A person with a confirmed (or not yet confirmed) address, a status, a time zone, an hour, a frequency, topics."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254)
    # What makes an address unique, regardless of case.
    email_key = models.CharField(max_length=254, unique=True, editable=False)
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    topics = models.ManyToManyField(Topic, through="Follow", related_name="subscribers", blank=True)

    time_zone = models.CharField(max_length=64, default="UTC")
    local_time = models.TimeField(default=time(7), help_text="When the digest should arrive, in their time zone")
    frequency = models.CharField(max_length=16, choices=Frequency, default=Frequency.DAILY)
    weekday = models.PositiveSmallIntegerField(
        default=schedule.DEFAULT_WEEKDAY, help_text="For a weekly digest: 0 is Monday"
    )
    chosen_days = models.PositiveSmallIntegerField(
        default=schedule.DEFAULT_CHOSEN_DAYS,
        help_text="For a digest on chosen days: the sum of 1 Mon, 2 Tue, 4 Wed, 8 Thu, 16 Fri, 32 Sat, 64 Sun",
    )
    month_day = models.PositiveSmallIntegerField(
        default=schedule.DEFAULT_MONTH_DAY, help_text="For a monthly digest; in a shorter month, its last day"
    )
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.MAIL)
    max_papers = models.PositiveSmallIntegerField(default=USUAL_PAPERS)
    reading_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="As many papers as can be read in this time, up to the maximum"
    )
    least_match = models.PositiveSmallIntegerField(
        default=0, help_text="In percent: no digest if no paper matches at least this well"
    )
    breadth = models.CharField(max_length=16, choices=Breadth, default=Breadth.EDITION)
    max_more = models.PositiveSmallIntegerField(
        default=USUAL_PAPERS, help_text="The most papers in the second part, for readers of everything new"
    )
    own_words = models.TextField(blank=True, default="", db_default="", max_length=MAX_OWN_WORDS)
    paused_until = models.DateField(null=True, blank=True, help_text="The first day to email again")

    next_digest_at = models.DateTimeField(null=True, blank=True)
    # The publication time of the newest edition a digest of theirs was chosen from; nothing up to it is sent again.
    seen_until = models.DateTimeField(null=True, blank=True)

    # The arrival time up to which papers have been considered for their extra section.
    more_seen_until = models.DateTimeField(null=True, blank=True)

    # The value signed into the URL of their own feed; a new one invalidates the old URL.
    feed_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    may_note_opens_since = models.DateTimeField(
        null=True, blank=True, help_text="When they allowed what they open to count; empty if they didn't"
    )

    soft_bounces = models.PositiveSmallIntegerField(default=0, help_text="In a row, since the last email that arrived")

    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            # For SubscriberQuerySet.due, every minute.
            models.Index(fields=["next_digest_at", "id"], name="subscriber_due", condition=models.Q(status="active")),
            # For subscriptions.tasks.forget_unconfirmed.
            models.Index(fields=["created_at"], name="subscriber_unconfirmed", condition=models.Q(status="pending")),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="weekday_in_week"),
            models.CheckConstraint(
                condition=models.Q(chosen_days__gte=1, chosen_days__lte=127), name="chosen_days_in_week"
            ),
            models.CheckConstraint(condition=models.Q(month_day__gte=1, month_day__lte=31), name="month_day_in_month"),
            models.CheckConstraint(condition=models.Q(least_match__lte=100), name="least_match_in_percent"),
            models.CheckConstraint(
                condition=models.Q(max_more__gte=1, max_more__lte=MOST_PAPERS), name="max_more_one_to_thirty"
            ),
            models.CheckConstraint(
                condition=models.Q(reading_minutes=None) | models.Q(reading_minutes__gte=1, reading_minutes__lte=120),
                name="reading_minutes_two_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(max_papers__gte=1, max_papers__lte=MOST_PAPERS), name="max_papers_one_to_thirty"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="active") | models.Q(next_digest_at__isnull=False), name="active_has_a_next"
            ),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the key in step with the address."""
        self.email_key = address_key(self.email)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def schedule_fields(self) -> schedule.ScheduleFields:
        """How often and when, as they chose it."""
        return schedule.ScheduleFields.of(self)

    @property
    def digest_schedule(self) -> schedule.Schedule:
        """When this subscriber gets digests."""
        return schedule.schedule_of(self.schedule_fields)

    @property
    def is_active(self) -> bool:
        """Whether digests are sent."""
        return self.status == Status.ACTIVE

    @property
    def is_paused(self) -> bool:
        """Whether digests are paused until a future day."""
        return self.paused_until is not None and self.paused_until > self.local_date(timezone.now())

    def local_date(self, at: datetime) -> date:
        """Return the day on the subscriber's own calendar."""
        return schedule.local_date(at, self.time_zone)

    def confirm(self, at: datetime) -> None:
        """Make the subscriber active, with the first digest at their next hour."""
        self.status = Status.ACTIVE
        self.confirmed_at = at
        self.unsubscribed_at = None
        self.soft_bounces = 0
        self.reschedule(at)
        self.save()

    def ask_again(self, email: str, at: datetime) -> None:
        """Wait for confirmation, counted from that moment, as the new link is. Does not save."""
        self.email = email
        self.status = Status.PENDING
        self.paused_until = None
        self.created_at = at

    def choose(self, choices: dict[str, Any]) -> bool:
        """Apply the choices of a form; return whether they change when mail comes. Does not save."""
        before = self.schedule_fields, self.paused_until
        for name in CHOICES & choices.keys():
            setattr(self, name, choices[name])
        return (self.schedule_fields, self.paused_until) != before

    def rearrange(self, choices: dict[str, Any], at: datetime) -> None:
        """Save some choices, with the next digest at the first time they allow; if none is new, nothing changes."""
        with transaction.atomic():
            row = type(self).objects.select_for_update().get(pk=self.pk)
            if row.choose(choices) and row.is_active:
                row.reschedule(at)
            row.save()
        self.refresh_from_db()

    def reschedule(self, after: datetime) -> None:
        """Set when the next digest is due: by schedule and pause, never on a day that had one. Does not save."""
        last = hooks.last_served_day(self.pk) if self.pk else None
        days = [day for day in (self.paused_until, last and last + timedelta(days=1)) if day]
        self.next_digest_at = schedule.next_at(self.digest_schedule, after, not_before=max(days, default=None))

    def follow(self, topics: Iterable[Topic]) -> None:
        """Follow exactly these topics, new ones with the normal weight."""
        self.topics.set(topics)

    def can_come_back(self, at: datetime) -> bool:
        """Return whether they unsubscribed so recently that they may undo it."""
        unsubscribed_at = self.unsubscribed_at
        return self.status == Status.UNSUBSCRIBED and unsubscribed_at is not None and at - unsubscribed_at < UNDO_FOR

    def unsubscribe(self, at: datetime) -> None:
        """Stop all digests; the consent counts as withdrawn. Doing it twice changes nothing."""
        self._stop(Status.UNSUBSCRIBED, at, [Status.PENDING, Status.ACTIVE])
        # Someone who leaves while suppressed has left, if the suppression is ever lifted.
        type(self).objects.filter(pk=self.pk, status=Status.SUPPRESSED).update(unsubscribed_at=at)

    def suppress(self, at: datetime) -> None:
        """Stop all mail until an operator lifts the suppression."""
        self._stop(Status.SUPPRESSED, at, [Status.PENDING, Status.ACTIVE, Status.UNSUBSCRIBED, Status.ACCOUNT])

    @property
    def can_subscribe_at_once(self) -> bool:
        """Whether one click subscribes them once they are signed in."""
        return self.status in ASKS_BESIDE

    def note_soft_bounce(self) -> bool:
        """Count one more soft bounce; return whether the limit is reached."""
        type(self).objects.filter(pk=self.pk).update(soft_bounces=models.F("soft_bounces") + 1)
        self.refresh_from_db()
        return self.soft_bounces >= SOFT_BOUNCE_LIMIT

    def note_arrival(self) -> None:
        """Reset the count of soft bounces."""
        if self.soft_bounces:
            type(self).objects.filter(pk=self.pk).update(soft_bounces=0)
            self.soft_bounces = 0

    def _stop(self, status: Status, at: datetime, those: list[Status]) -> None:
        with transaction.atomic():
            if self.status == Status.UNSUBSCRIBED:
                # Requests made in their name since they left end too.
                self.consents.requests().delete()
            rows = type(self).objects.filter(pk=self.pk, status__in=those)
            if rows.update(status=status, unsubscribed_at=at, next_digest_at=None):
                self.consents.filter(withdrawn_at=None).update(withdrawn_at=at)
        self.refresh_from_db()

    def erase(self) -> None:
        """Delete the row with everything that depends on it, after detaching anything that outlives it."""
        with transaction.atomic():
            # Locked, so that no digest is planned meanwhile.
            row = type(self).objects.select_for_update().get(pk=self.pk)
            hooks.prepare_erasure(row.pk)
            OutgoingMail.objects.to_subscriber(row.pk).delete()
            row.delete()

    def renew_feed(self) -> None:
        """Give the feed a new URL; the old one stops working."""
        self.feed_key = uuid.uuid4()
        self.save(update_fields=["feed_key"])

    def allow_opens(self, at: datetime) -> bool:
        """Count what they open from then on, or since earlier if it already counts; return whether it counts."""
        type(self).objects.active().filter(pk=self.pk, may_note_opens_since=None).update(may_note_opens_since=at)
        self.refresh_from_db()
        return self.is_active

    def revoke_feed(self) -> bool:
        """Turn the feed off; return whether it is off. It stays if digests only come by feed."""
        revoked = type(self).objects.filter(pk=self.pk).exclude(channel=Channel.FEED).update(feed_key=None)
        self.refresh_from_db()
        return bool(revoked)

    @property
    def can_get_the_latest(self) -> bool:
        """Whether the latest edition can be sent at once: only to someone new, who has seen none."""
        return self.is_active and self.seen_until is None and not self.is_paused

    def send_now(self, at: datetime) -> bool:
        """Make the first digest due at once; return whether it is. Someone who has had one waits for the next."""
        new = type(self).objects.active().filter(pk=self.pk, seen_until=None, next_digest_at__gt=at)
        made_due = bool(self.can_get_the_latest and new.update(next_digest_at=at))
        self.refresh_from_db()
        return made_due
