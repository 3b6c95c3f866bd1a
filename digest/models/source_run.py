"""SourceRun: one time a source was queried, what came of it, and where to go on."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile

from django.db import IntegrityError, models, transaction
from django.utils import timezone

# A run that wrote nothing for this long belongs to a worker that is gone.
RUN_LOST_AFTER = timedelta(minutes=30)
MOST_NOTES = 50
MOST_FAILURES = 200


class SourceRunQuerySet(models.QuerySet["SourceRun"]):
    """Queries for runs."""

    def of(self, source: str, part: str) -> "SourceRunQuerySet":
        """Runs of one part of a source, newest first."""
        return self.filter(source=source, part=part).order_by("-pk")

    def finished(self) -> "SourceRunQuerySet":
        """Runs that finished."""
        return self.filter(status=SourceRun.Status.FINISHED)

    def at_work(self, at: datetime) -> "SourceRunQuerySet":
        """Runs in progress whose worker gave a recent sign of life."""
        return self.filter(status=SourceRun.Status.RUNNING, seen_at__gte=at - RUN_LOST_AFTER)

    def failures_in_a_row(self) -> tuple[int, datetime | None]:
        """Return how many of the newest runs failed in a row, and when the first of them started.

        Counts no further than MOST_FAILURES.
        """
        statuses = list(self.values_list("status", "started_at")[:MOST_FAILURES])
        failed = list(takewhile(lambda row: row[0] == SourceRun.Status.FAILED, statuses))
        return len(failed), failed[-1][1] if failed else None

    def requests_of_day(self, source: str, at: datetime) -> int:
        """Return how many requests a kind of source got on this day, in UTC."""
        midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        runs = self.filter(source=source, started_at__gte=midnight)
        return runs.aggregate(total=models.Sum("request_count"))["total"] or 0

    def begin(self, source: str, part: str, **place: object) -> "SourceRun | None":
        """Return a new run; None if another one is at work on this part."""
        lost = self.of(source, part).filter(
            status=SourceRun.Status.RUNNING, seen_at__lt=timezone.now() - RUN_LOST_AFTER
        )
        lost.update(
            status=SourceRun.Status.FAILED,
            ended_at=timezone.now(),
            error="the worker disappeared; the next run continues from there",
        )
        try:
            with transaction.atomic():
                return self.create(source=source, part=part, **place)
        except IntegrityError:
            return None


class SourceRun(models.Model):
    """One run: its numbers, its error, and its position, which is written together with the papers of each page."""

    class Status(models.TextChoices):
        RUNNING = "running", "running"
        FINISHED = "finished", "finished"
        FAILED = "failed", "failed"

    source = models.CharField(max_length=32)
    part = models.CharField(
        max_length=500, blank=True, help_text="The set, category, search or address that was queried, if any"
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField("last sign of life", default=timezone.now)

    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    notes = models.TextField(blank=True, help_text="What was left out and why, and other remarks")
    error = models.TextField(blank=True)

    # The position. A run that goes on where another one failed takes over all three fields.
    since = models.DateField(null=True, blank=True, help_text="The first day whose changes are requested")
    asked_at = models.DateTimeField(default=timezone.now, help_text="When the first page was requested")
    cursor = models.TextField("where to go on", blank=True)
    complete_to = models.DateField(null=True, blank=True, help_text="The last announcement that is complete")
    not_before = models.DateTimeField(null=True, blank=True, help_text="The source asked not to be queried before this")
    request_count = models.PositiveIntegerField("requests", default=0)
    requests = models.TextField("newest requests", blank=True, help_text="Time, result, duration and address of each")
    # Address → (ETag, Last-Modified), of what this run imported completely.
    validators = models.JSONField(default=dict, blank=True)

    # Whether the source answered, just now, that there is nothing at this address; and that there never will be.
    is_gone = is_gone_for_good = False

    objects = SourceRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "part"], condition=models.Q(status="running"), name="one_run_at_a_time"
            ),
        ]
        indexes = [
            # harvest_scheduler: the last run of a part
            models.Index(fields=["source", "part", "-id"], name="source_run_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.part} {self.started_at:%Y-%m-%d %H:%M}".replace("  ", " ")

    @property
    def numbers(self) -> str:
        """What it did, in a few words."""
        return f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged, {self.skipped} skipped"

    def note(self, notes: list[str]) -> None:
        """Add what a person should know, one per line, up to MOST_NOTES lines."""
        lines = [*self.notes.splitlines(), *notes]
        self.notes = "\n".join(lines[:MOST_NOTES])

    def skip(self, reasons: list[str]) -> None:
        """Count entries that were left out and note why."""
        self.skipped += len(reasons)
        self.note(reasons)

    def finish(self) -> None:
        """Close the run: everything is imported."""
        self._close(self.Status.FINISHED, cursor="")

    def fail(self, error: str, not_before: datetime | None = None) -> None:
        """Close the run with what went wrong. Its position stays for the next run."""
        self._close(self.Status.FAILED, error=error, not_before=not_before)

    def _close(self, status: str, **fields: object) -> None:
        for name, value in {**fields, "status": status, "ended_at": timezone.now()}.items():
            setattr(self, name, value)
        self.save()
