"""Feedback: what a subscriber said about a paper."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.utils import timezone

from digest.models.paper import Paper
from subscriptions.models import Subscriber


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Queries for feedback."""

    def opinions(self) -> "FeedbackQuerySet":
        """“More like this” and “less like this”: a reader gives a paper at most one of them."""
        return self.filter(kind__in=OPINIONS)

    def keep_sign_up_answers(self, subscriber: int, answers: Mapping[int, str], at: datetime) -> None:
        """Keep what a subscriber (key) said of papers with a page when signing up, replacing an earlier attempt.

        What a reader has said since they confirmed stays: someone else typing their address must not change it.
        """
        before = self.filter(kind__in=(*OPINIONS, Feedback.Kind.WROTE))
        before.filter(subscriber=subscriber, subscriber__confirmed_at=None).delete()
        papers = Paper.objects.with_page().filter(pk__in=answers)
        self.bulk_create(
            [
                Feedback(subscriber_id=subscriber, paper_id=paper, kind=answers[paper], at=at)
                for paper in papers.values_list("pk", flat=True)
            ],
            ignore_conflicts=True,
        )


class Feedback(models.Model):
    """One thing that one subscriber said about one paper. Taking it back deletes the row."""

    class Kind(models.TextChoices):
        MORE = "more", "more like this"
        LESS = "less", "less like this"
        SAVED = "saved", "saved"
        # Kept only for those who allowed it: Subscriber.may_note_opens_since.
        OPENED = "opened", "opened"
        # The subscriber wrote the paper: it says what they like, and is never recommended to them.
        WROTE = "wrote", "wrote"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="feedback", db_index=False)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="feedback")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        ordering = ["-at", "-pk"]
        indexes = [
            # For counting what was opened on a day.
            models.Index(fields=["at"], name="feedback_opened", condition=models.Q(kind="opened")),
        ]
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
