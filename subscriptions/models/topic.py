"""Topic: something readers can follow."""

from django.core.exceptions import ValidationError
from django.db import models

from subscriptions.models.lines import check_lines


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics and their numbers of followers."""

    def count_followers(self) -> None:
        """Count each topic's active followers and store the number for pages to look up."""
        following = models.Q(follows__weight__gt=0, follows__subscriber__status="active")
        counts = self.order_by().annotate(counted=models.Count("follows", filter=following))
        topics = [Topic(pk=topic, followers=count) for topic, count in counts.values_list("pk", "counted")]
        self.bulk_update(topics, ["followers"])


class Topic(models.Model):
    """Something readers can follow, with the categories and keywords that decide which papers are about it."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="narrower",
        limit_choices_to={"parent": None},
        help_text="The broad topic that includes this one; it includes its papers too",
    )
    arxiv_categories = models.JSONField(
        default=list, blank=True, help_text="A list, such as cs.LG or biorxiv:cell-biology"
    )
    keywords = models.JSONField(default=list, blank=True, help_text="A list of words and phrases to look for")
    followers = models.PositiveIntegerField(default=0, editable=False, help_text="Counted on a schedule")

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Check what someone typed."""
        check_lines(self, "arxiv_categories", "keywords")
        if self.parent and (self.parent.parent_id or self.parent == self or (self.pk and self.narrower.exists())):
            raise ValidationError({"parent": "There are only two levels: a broad topic can’t be part of another."})
