"""Tally: figures counted on a schedule, so that no page counts over everything."""

from django.db import models


class Tally(models.Model):
    """What was counted for one day: a name and a number for each thing."""

    class Kind(models.TextChoices):
        SUBSCRIBERS = "subscribers", "subscribers who joined and left that day (UTC)"
        SENDING = "sending", "digests of that day's edition"
        RANKERS = "rankers", "which of two rankers readers preferred in the past month"
        OPENS = "opens", "papers opened that day (UTC), by readers who allow it to be recorded"

    kind = models.CharField(max_length=16, choices=Kind)
    day = models.DateField()
    counts = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="one_tally_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.day}"
