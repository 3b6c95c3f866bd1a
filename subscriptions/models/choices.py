"""The statuses a subscriber can have, and what they can choose."""

from django.db import models


class Status(models.TextChoices):
    """The status of a subscriber."""

    PENDING = "pending", "not yet confirmed"
    ACTIVE = "active", "active"
    UNSUBSCRIBED = "unsubscribed", "unsubscribed"
    SUPPRESSED = "suppressed", "suppressed"
    # Has signed in but never subscribed: votes, saves papers, gets no mail.
    ACCOUNT = "account", "account without digests"


# Those who may have requested digests (again) without confirming yet: the request is kept apart from their row.
ASKS_BESIDE = (Status.UNSUBSCRIBED, Status.ACCOUNT)


class Frequency(models.TextChoices):
    """How often a digest is sent."""

    DAILY = "daily", "Every day"
    WEEKDAYS = "weekdays", "Monday to Friday"
    DAYS = "days", "On chosen days"
    WEEKLY = "weekly", "Once a week"
    MONTHLY = "monthly", "Once a month"


class Channel(models.TextChoices):
    """Where digests go."""

    MAIL = "mail", "By email"
    FEED = "feed", "Feed only"


class Breadth(models.TextChoices):
    """Which papers a digest is chosen from."""

    EDITION = "edition", "The editions"
    EVERYTHING = "everything", "The editions and everything new"
