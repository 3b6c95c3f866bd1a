"""LearnedWeights: the weights of the score components for this service's readers, as learned at one time."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class LearnedWeights(models.Model):
    """One result of learning; the newest is used if learned weights are wanted. It reveals no single reader."""

    learned_at = models.DateTimeField(default=timezone.now)
    weights = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="By component")
    digests = models.PositiveIntegerField(help_text="Digests in which someone liked a paper")
    pairs = models.PositiveIntegerField()
    # On held-out readers: share of pairs in the right order, with the usual weights and with weights learned this way.
    right_before = models.FloatField()
    right_after = models.FloatField()

    class Meta:
        verbose_name_plural = "learned weights"
        ordering = ["-learned_at", "-pk"]
        get_latest_by = "learned_at"

    def __str__(self) -> str:
        return f"learned from {self.digests} digests"
