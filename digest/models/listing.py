"""Listing: a source tells that a paper is one of a day."""

from django.db import models

from digest.models.paper import Paper


class Listing(models.Model):
    """The day a source gives a paper: of its announcement, of the page it stands on, or of when it was first seen.

    It says what may go into the edition of that day; the edition itself says what is in it.
    """

    class Origin(models.TextChoices):
        """Those with rules of their own. Any other is the name of a source, or FollowedSource.origin."""

        ARXIV = "arxiv", "arXiv"
        HUGGINGFACE = "huggingface", "Hugging Face"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="listings")
    origin = models.CharField(max_length=16)
    day = models.DateField()

    class Meta:
        # The first word counts: a paper is announced once.
        constraints = [models.UniqueConstraint(fields=["paper", "origin"], name="listed_once")]
        indexes = [
            # digest.editions.drafting: what the last days brought
            models.Index(fields=["day", "origin"], name="listing_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} at {self.origin} on {self.day}"
