"""Paper: one research paper, with a row per outside id and the topics it is about."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from subscriptions.models import Topic


class Paper(models.Model):
    """One research paper, its text cleaned for reading; what the source said is kept beside it."""

    title = models.TextField()
    abstract = models.TextField(blank=True)
    original_title = models.TextField()
    original_abstract = models.TextField(blank=True)
    authors = models.JSONField(default=list, blank=True, help_text="Names, in the order of the paper")
    original_authors = models.JSONField(default=list, blank=True)
    arxiv_categories = models.JSONField(default=list, blank=True, help_text="The first is the primary one")
    code_url = models.URLField(max_length=500, blank=True)
    project_url = models.URLField(max_length=500, blank=True)
    source = models.CharField(max_length=32, help_text="Which source told the text that stands here")
    version = models.PositiveSmallIntegerField(default=0, help_text="arXiv's version of that text; 0: not known")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a digest first brought it outside of an edition"
    )
    topics = models.ManyToManyField(Topic, through="PaperTopic", related_name="papers")
    # digest.voting counts them; `hot` joins them with the day, once a vote (docs/design.md, “Trending”).
    votes = models.PositiveIntegerField(default=0, editable=False)
    hot = models.FloatField(default=0, editable=False)
    voted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When its votes last changed")
    # See digest.embedding: float16, as many as the model of that name makes.
    embedding = models.BinaryField(null=True, editable=False)
    embedding_model = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # digest.site: the trending page.
            models.Index(fields=["-hot", "-id"], name="paper_hot"),
            # digest.everything: what came in since the last digest. panel.board: the papers of the last days.
            models.Index(fields=["created_at"], name="paper_came_in"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the paper's page."""
        return reverse("paper", args=[self.pk])

    @property
    def arxiv_id(self) -> str:
        """The arXiv id without its version, or "". Prefetch `identifiers` for lists."""
        return next((row.value for row in self.identifiers.all() if row.scheme == PaperIdentifier.Scheme.ARXIV), "")


class PaperIdentifier(models.Model):
    """One id by which the world outside knows a paper."""

    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        DOI = "doi", "DOI"
        SEED = "seed", "seed page"
        # A hash of the title, for papers that have nothing else.
        TITLE = "title", "title"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=16, choices=Scheme)
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="identifier_of_one_paper")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class PaperTopic(models.Model):
    """How much a paper is about a topic: a score over 0, at most 1."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="tags")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="tags")
    score = models.FloatField()

    class Meta:
        ordering = ["-score", "topic_id"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "topic"], name="tag_once"),
            models.CheckConstraint(condition=models.Q(score__gt=0, score__lte=1), name="tag_score_in_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} is about {self.topic_id}: {self.score:.2f}"
