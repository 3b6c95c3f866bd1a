"""FollowedSource: a source that someone added in the panel, with its query and its state."""

from typing import Any

from django.db import models
from django.utils import timezone

MAX_SOURCE_QUERY_LENGTH = 500


class FollowedSourceQuerySet(models.QuerySet["FollowedSource"]):
    """Queries for the panel's sources."""

    def active(self) -> "FollowedSourceQuerySet":
        """Sources that are queried."""
        return self.filter(status=FollowedSource.Status.ACTIVE)


class FollowedSource(models.Model):
    """One source of papers, in addition to those in the settings."""

    class Status(models.TextChoices):
        ACTIVE = "active", "active"
        PAUSED = "paused", "paused"
        # It is gone, or has done nothing but fail for too long. Someone must look at it.
        STOPPED = "stopped", "stopped"

    kind = models.CharField(max_length=32)
    query = models.CharField(
        max_length=MAX_SOURCE_QUERY_LENGTH,
        blank=True,
        help_text="What to query: a category, a search, an address",
    )
    name = models.CharField(max_length=80, help_text="Its name in the panel")
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    into_drafts = models.BooleanField(default=False, help_text="Add its papers to the draft for their day")
    most_per_day = models.PositiveSmallIntegerField(
        default=50, help_text="Per day. Any more stay in the catalogue without a day. 0 means no limit."
    )
    stopped_because = models.CharField(max_length=300, blank=True, editable=False)
    moved_to = models.CharField(max_length=MAX_SOURCE_QUERY_LENGTH, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FollowedSourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "query"], name="followed_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def origin(self) -> str:
        """The name under which it lists papers, as in Listing.origin."""
        return f"source-{self.pk}"

    def stop(self, reason: str) -> None:
        """Stop querying it until someone turns it on again."""
        self._keep(status=self.Status.STOPPED, stopped_because=reason[:300])

    def note_move(self, address: str) -> None:
        """Remember the address it says it has moved to."""
        if address != self.moved_to:
            self._keep(moved_to=address[:MAX_SOURCE_QUERY_LENGTH])

    def _keep(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
