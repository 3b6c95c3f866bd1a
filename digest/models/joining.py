"""What joins the papers of several sources into one, and what undoes that."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from digest.models.paper import Paper


class WorkKey(models.Model):
    """A key for finding papers that may be the same work: see digest.catalog.same_work.keys_of_work."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="work_keys")
    key = models.BigIntegerField()

    class Meta:
        # digest.catalog.merging: which papers may be the same as a new one.
        indexes = [models.Index(fields=["key"], name="work_key")]

    def __str__(self) -> str:
        return f"{self.paper_id} under {self.key}"


class SourceStatement(models.Model):
    """What one source said about a paper that several sources have: its text, its ids, its day."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="statements")
    source = models.CharField(max_length=32)
    # What the source calls it: its first identifier.
    name = models.CharField(max_length=300)
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="The fields of the record")
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["source", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="said_once")]

    def __str__(self) -> str:
        return f"{self.source} on {self.name}"


class PaperJoin(models.Model):
    """A second row for one work that was joined to the first, with everything needed to undo that."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="joins")
    other = models.BigIntegerField(help_text="The key of the row that was merged; its address redirects here")
    title = models.TextField()
    reason = models.CharField(max_length=300)
    joined_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    # The row that went away, the fields that this one had before, and the rows of other tables that were moved.
    content: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-pk"]
        # digest.site: the address of a row that went away
        indexes = [models.Index(fields=["other"], name="join_of_other")]

    def __str__(self) -> str:
        return f"{self.other} joined to {self.paper_id}"


class KeptApart(models.Model):
    """Two ids that someone said belong to two different works: no source joins them again."""

    first = models.CharField(max_length=300)
    second = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="kept_apart_once")]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"
