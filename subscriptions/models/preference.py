"""Preference: what a subscriber wants to read."""

from django.db import models

from subscriptions.models.subscriber import Subscriber
from subscriptions.models.topic import Topic


class Follow(models.Model):
    """One topic that one subscriber follows."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="follows")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="follows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "topic"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.subscriber_id} follows {self.topic_id}"
