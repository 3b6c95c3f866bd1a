"""Submission: a paper a member proposes, and what happened to it."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from digest.models.member import Member
from digest.models.paper import Paper


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Queries for submissions."""

    def open(self) -> "SubmissionQuerySet":
        """Submissions that no one has decided on yet."""
        return self.filter(status__in=Submission.OPEN)


class Submission(models.Model):
    """A paper proposed by a member: checked by the sender first, then by a curator."""

    class Status(models.TextChoices):
        WAITING = "waiting", "waiting for its text"
        SHOWN = "shown", "waiting for its sender to confirm"
        QUEUED = "queued", "waiting for a curator"
        ACCEPTED = "accepted", "accepted"
        REFUSED = "refused", "refused"

    OPEN = (Status.WAITING, Status.SHOWN, Status.QUEUED)

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="submissions")
    arxiv_id = models.CharField("arXiv ID", max_length=32, help_text="Without its version")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, null=True, blank=True, related_name="submissions")
    status = models.CharField(max_length=16, choices=Status, default=Status.WAITING)
    reason = models.CharField(max_length=280, blank=True, help_text="What the sender is told: why it was refused")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "arxiv_id"], name="submitted_once_by_member"),
            models.CheckConstraint(
                condition=models.Q(status__in=["accepted", "refused"], decided_at__isnull=False)
                | models.Q(status__in=["waiting", "shown", "queued"], decided_at=None),
                name="decided_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "refused"]) | models.Q(paper__isnull=False),
                name="shown_has_a_paper",
            ),
        ]
        indexes = [
            # The curators' queue, and papers that come in later; mostly empty.
            models.Index(fields=["arxiv_id"], name="submission_open", condition=models.Q(decided_at=None)),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk} of {self.arxiv_id}"

    @property
    def is_open(self) -> bool:
        """Whether no one has decided on it yet."""
        return self.status in self.OPEN

    def show(self, paper: Paper) -> bool:
        """Show the sender the paper that was found for it; return whether this call did it."""
        return self._move([self.Status.WAITING], status=self.Status.SHOWN, paper=paper)

    def enqueue(self) -> bool:
        """Hand it to the curators, once its sender has looked at it; return whether this call did it."""
        return self._move([self.Status.SHOWN], status=self.Status.QUEUED)

    def accept(self, at: datetime, reason: str = "") -> bool:
        """Accept it; return whether this call did it."""
        return self._move([self.Status.QUEUED], status=self.Status.ACCEPTED, decided_at=at, reason=reason)

    def refuse(self, at: datetime, reason: str) -> bool:
        """Turn it down with a reason; return whether this call did it."""
        return self._move(self.OPEN, status=self.Status.REFUSED, decided_at=at, reason=reason)

    def _move(self, before: "list[Submission.Status] | tuple[Submission.Status, ...]", **values: object) -> bool:
        changed = Submission.objects.filter(pk=self.pk, status__in=before).update(**values)
        self.refresh_from_db()
        return bool(changed)
