"""Listing: a source says that a paper belongs to a day."""

from django.db import models

from digest.models.paper import Paper


class Listing(models.Model):
    """The day a source gives a paper: that of its announcement, of the page it is on, or when it was first seen.

    It says what may go into that day's edition; the edition itself says what is in it.
    """

    class Origin(models.TextChoices):
        """Origins with rules of their own. Any other is the name of a source, or FollowedSource.origin."""

        ARXIV = "arxiv", "arXiv"
        HUGGINGFACE = "huggingface", "Hugging Face"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="listings")
    origin = models.CharField(max_length=16)
    day = models.DateField()

    class Meta:
        # The first day an origin gives is the one that counts: a paper is announced once.
        constraints = [models.UniqueConstraint(fields=["paper", "origin"], name="listed_once")]
        indexes = [
            # digest.editions.drafting: the papers of the last days
            models.Index(fields=["day", "origin"], name="listing_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} at {self.origin} on {self.day}"
