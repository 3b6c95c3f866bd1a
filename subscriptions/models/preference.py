"""Preference: what a subscriber wants to read, and what they don't."""

from django.db import models

from subscriptions.author_matching import author_key
from subscriptions.models.subscriber import Subscriber
from subscriptions.models.topic import Topic
from subscriptions.phrases import phrase_key


class Weight(float, models.Choices):
    """How much of a topic someone wants: its match is multiplied by this."""

    MORE = 2.0, "more"
    NORMAL = 1.0, "normal"
    LESS = 0.5, "less"
    # Below zero: a paper about it is left out, whatever else speaks for it.
    NEVER = -1.0, "never"


class Follow(models.Model):
    """One topic that one subscriber has an opinion on: follows more or less, or never wants."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="follows")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="follows")
    weight = models.FloatField(choices=Weight, default=Weight.NORMAL)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "topic"], name="follow_once"),
            models.CheckConstraint(condition=models.Q(weight__in=[2.0, 1.0, 0.5, -1.0]), name="follow_weight_known"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} follows {self.topic_id}"


class Rule(models.Model):
    """A word or phrase in a title or abstract: a subscriber follows or mutes papers with it. Text, not a pattern."""

    class Kind(models.TextChoices):
        FOLLOW = "follow", "follow"
        # Wins over everything else.
        MUTE = "mute", "mute"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=8, choices=Kind)
    phrase = models.CharField(max_length=100)
    # What is searched for, and what makes a phrase unique, regardless of case and spacing.
    key = models.CharField(max_length=100, editable=False)

    class Meta:
        ordering = ["phrase"]
        constraints = [models.UniqueConstraint(fields=["subscriber", "kind", "key"], name="rule_once")]

    def __str__(self) -> str:
        return f"{self.subscriber_id}: {self.kind} {self.phrase}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the key in step with the phrase."""
        self.key = phrase_key(self.phrase)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class AuthorFollow(models.Model):
    """An author whose papers a subscriber wants."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="authors")
    name = models.CharField(max_length=100)
    # The key that names are compared by: see subscriptions.author_matching.author_key.
    key = models.CharField(max_length=100, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["subscriber", "key"], name="author_once")]

    def __str__(self) -> str:
        return f"{self.subscriber_id} follows {self.name}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the key in step with the name."""
        self.key = author_key(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
