"""Feedback: what a subscriber said about a paper."""

from django.db import models
from django.utils import timezone

from digest.models.paper import Paper
from subscriptions.models import Subscriber


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Which feedback."""

    def opinions(self) -> "FeedbackQuerySet":
        """More or less like this: a paper has one of them, or none."""
        return self.filter(kind__in=OPINIONS)


class Feedback(models.Model):
    """One thing that one subscriber said about one paper. It can be taken back: then there is no row."""

    class Kind(models.TextChoices):
        MORE = "more", "more like this"
        LESS = "less", "less like this"
        SAVED = "saved", "saved"
        # Kept only of those who allowed it: Subscriber.may_note_opens_since.
        OPENED = "opened", "opened"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="feedback", db_index=False)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="feedback")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "paper", "kind"], name="feedback_once"),
            models.UniqueConstraint(
                fields=["subscriber", "paper"],
                name="feedback_one_opinion",
                condition=models.Q(kind__in=["more", "less"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id}: {self.kind} {self.paper_id}"


OPINIONS = (Feedback.Kind.MORE, Feedback.Kind.LESS)
