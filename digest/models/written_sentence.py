"""WrittenSentence: what a language model was asked about a paper, and what happened to the answer."""

from django.db import models
from django.utils import timezone

from digest.models.paper import Paper


class WrittenSentence(models.Model):
    """One question about one text, only ever asked once; if the answer was accepted, the paper has the sentence too."""

    class Status(models.TextChoices):
        # Or the answer was lost: asked again once it is old.
        ASKED = "asked", "asked"
        ACCEPTED = "accepted", "accepted"
        REFUSED = "refused", "refused"
        FAILED = "failed", "failed"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="written_sentences")
    # See digest.catalog.written_sentence.text_key.
    text_key = models.CharField(max_length=16)
    version = models.PositiveSmallIntegerField(default=0, help_text="The paper's version at the time of the request")
    model = models.CharField(max_length=100)
    prompt = models.PositiveSmallIntegerField(help_text="The number of the prompt's wording")
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    sentence = models.CharField(max_length=1000, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was refused, or what went wrong")
    attempts = models.PositiveSmallIntegerField(default=1)
    tokens = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "text_key", "model", "prompt"], name="asked_about_once"),
        ]
        indexes = [models.Index(fields=["asked_at"], name="sentence_asked_at")]

    def __str__(self) -> str:
        return f"{self.status} for {self.paper_id} by {self.model}"


class LanguageModelDay(models.Model):
    """How many tokens the language model got and gave on a UTC day, including those of questions in flight."""

    day = models.DateField(unique=True)
    tokens = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.tokens} on {self.day}"
