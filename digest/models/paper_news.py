"""PaperNews: something that happened to a paper after it came in."""

from django.db import models
from django.utils import timezone

from digest.models.paper import Paper
from subscriptions.models import Subscriber


class PaperNews(models.Model):
    """One thing that happened to a paper that someone saved or, if it was withdrawn, that someone got.

    It goes into the next digest of those readers.
    """

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn", "withdrawn"
        PUBLISHED = "published", "published with a DOI"
        VERSION = "version", "new version"
        CODE = "code", "code added"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="news")
    kind = models.CharField(max_length=16, choices=Kind)
    # The version or the DOI; "" if there is nothing to tell.
    detail = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(default=timezone.now)
    # For a withdrawal: when the readers who had got the paper in a digest were looked up.
    recipients_found_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "news of papers"
        ordering = ["-at", "-pk"]
        indexes = [
            # digest.recommending.saved_news: what happened lately.
            models.Index(fields=["at"], name="paper_news_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.paper_id}"


class NewsRecipient(models.Model):
    """A reader who got a paper in a digest, and is to hear what has happened to it since."""

    news = models.ForeignKey(PaperNews, on_delete=models.CASCADE, related_name="recipients")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "news"], name="hears_of_it_once")]

    def __str__(self) -> str:
        return f"news {self.news_id} for {self.subscriber_id}"
