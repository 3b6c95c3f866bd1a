"""Vote: one member's vote for one paper."""

from django.db import models
from django.utils import timezone

from digest.models.member import Member
from digest.models.paper import Paper


class Vote(models.Model):
    """One vote of one member for one paper. Taking it back deletes the row."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="votes")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="given_votes")
    weight = models.FloatField(default=1, help_text="How much it counts towards trending")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["member", "paper"], name="vote_once"),
            models.CheckConstraint(condition=models.Q(weight__gte=0, weight__lte=1), name="vote_weight_in_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} votes for {self.paper_id}"
