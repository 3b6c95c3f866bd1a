"""Paper: one research paper, with a row per external ID and the topics it is about."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.urls import reverse
from django.utils import timezone

from subscriptions.models import Topic
from subscriptions.models.lines import check_lines

# What BibTeX writes in place of the authors that are not named. It is kept as a fact, and is nobody's name.
OTHERS = "others"
# Anything longer that a source calls a title is something else. Everything that shows titles relies on this.
MAX_TITLE_LENGTH = 500

# No name or category is longer; anything longer would push everything else out of a mail.
MAX_AUTHOR_NAME_LENGTH = 300


class NamesField(models.JSONField):
    """A list of names in JSON. Whatever a row contains, reading it gives a list of strings."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the names; leave out whatever is not a name."""
        stored = super().from_db_value(value, expression, connection)
        if isinstance(expression, KeyTransform):
            # Only a part of the value.
            return stored
        names = stored if isinstance(stored, list) else []
        return [name[:MAX_AUTHOR_NAME_LENGTH] for name in names if isinstance(name, str) and name.strip()]

    def deconstruct(self) -> Any:
        """Deconstruct as plain JSON, which it is to the database."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class PaperQuerySet(models.QuerySet["Paper"]):
    """Queries for papers."""

    def public(self) -> "PaperQuerySet":
        """Papers that readers may see in lists: shown in a published edition."""
        from digest.models.edition import EditionPaper  # noqa: PLC0415 - editions refer to papers

        return self.filter(pk__in=EditionPaper.objects.public().order_by().values("paper"))

    def were_sent(self) -> "PaperQuerySet":
        """Papers that digests may have brought: those of published editions, and those sent outside of one."""
        from digest.models.edition import Edition  # noqa: PLC0415 - editions refer to papers

        return self.filter(Q(entry__edition__status=Edition.Status.PUBLISHED) | Q(sent_at__isnull=False))

    def uncurated(self) -> "PaperQuerySet":
        """Papers that are in no edition, published or draft, and were not withdrawn."""
        return self.filter(entry=None, withdrawn_at=None)

    def with_page(self) -> "PaperQuerySet":
        """Papers with a public page: all except those in drafts and those that a curator hid.

        Once a digest has brought a paper, moving it into a draft does not close its page.
        """
        from digest.models.edition import Edition, EditionPaper  # noqa: PLC0415 - editions refer to papers

        in_no_draft = Q(entry=None) | Q(entry__edition__status=Edition.Status.PUBLISHED) | Q(sent_at__isnull=False)
        return self.filter(in_no_draft).exclude(entry__placement=EditionPaper.Placement.HIDDEN)

    def for_mail(self, keys: Collection[int]) -> "dict[int, Paper]":
        """Return the papers with a page among these keys, by key, with everything a mail shows; in two queries."""
        papers = self.with_page().select_related("entry").prefetch_related("identifiers")
        return papers.in_bulk(sorted(keys)) if keys else {}


class Paper(models.Model):
    """One research paper, its text cleaned for reading; what the source said is kept alongside."""

    title = models.TextField()
    abstract = models.TextField(blank=True)
    original_title = models.TextField()
    original_abstract = models.TextField(blank=True)
    authors = NamesField(default=list, blank=True, help_text="Names, in the paper's order")
    original_authors = NamesField(default=list, blank=True)
    arxiv_categories = NamesField(default=list, blank=True, help_text="The first is the primary one")
    code_url = models.URLField(max_length=500, blank=True)
    project_url = models.URLField(max_length=500, blank=True)
    source = models.CharField(max_length=32, help_text="The source of the text shown")
    version = models.PositiveSmallIntegerField(default=0, help_text="arXiv's version of that text, or 0 if unknown")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # The text of a withdrawn version is not taken over, so this may be newer than `version`. Null and without a
    # default: on SQLite, adding any other column rebuilds the table, which loses the triggers of the full-text index.
    withdrawn_version = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text="The arXiv version that was withdrawn, if known"
    )
    # Null for the reason above.
    venue = models.CharField(  # noqa: DJ001
        max_length=200, null=True, blank=True, help_text="The journal or conference it appeared in"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a digest first included it outside an edition"
    )
    topics = models.ManyToManyField(Topic, through="PaperTopic", related_name="papers")
    # digest.community.votes counts them; `hot` combines them with the day, once per vote (docs/design.md, “Trending”).
    votes = models.PositiveIntegerField(default=0, editable=False)
    hot = models.FloatField(default=0, editable=False)
    voted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When its votes last changed")
    # See digest.catalog.embedding: float16 values, as many as the model of that name makes.
    embedding = models.BinaryField(null=True, editable=False)
    embedding_model = models.CharField(max_length=64, blank=True, editable=False)
    # See digest.catalog.key_sentence: where it is in the abstract, and which model chose it. Null for the same reason
    # as withdrawn_version.
    key_start = models.PositiveIntegerField(null=True, editable=False)
    key_end = models.PositiveIntegerField(null=True, editable=False)
    key_model = models.PositiveSmallIntegerField(null=True, editable=False)
    # See digest.catalog.written_sentence: what a language model wrote, which one, and about which text. Null as above.
    written_sentence = models.CharField(max_length=300, null=True, editable=False)  # noqa: DJ001
    written_by = models.CharField(max_length=100, null=True, editable=False)  # noqa: DJ001
    written_for = models.CharField(max_length=16, null=True, editable=False)  # noqa: DJ001

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # digest.site: the trending page.
            models.Index(fields=["-hot", "-id"], name="paper_hot"),
            # digest.recommending.candidates: what came in since the last digest.
            # digest.panel.board: the papers of the last days.
            models.Index(fields=["created_at"], name="paper_came_in"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it, and keep the rows for finding its authors in step with their names."""
        super().save(*args, **kwargs)
        if kwargs.get("update_fields") is None or "authors" in kwargs["update_fields"]:
            self.authorships.model.objects.keep([self])

    def get_absolute_url(self) -> str:
        """Return the address of the paper's page."""
        return reverse("paper", args=[self.pk])

    def clean(self) -> None:
        """Check what someone typed: the length of the title, and the names and categories, one per line."""
        if len(self.title) > MAX_TITLE_LENGTH:
            message = f"The title can have {MAX_TITLE_LENGTH} characters at most. This one has {len(self.title)}."
            raise ValidationError({"title": message})
        check_lines(self, "authors", "arxiv_categories")

    @property
    def has_more_authors(self) -> bool:
        """Whether its source names only the first authors: “and others”."""
        return OTHERS in self.original_authors[-1:]

    @property
    def arxiv_id(self) -> str:
        """The arXiv id without its version, or "". Prefetch `identifiers` for lists."""
        return next((row.value for row in self.identifiers.all() if row.scheme == PaperIdentifier.Scheme.ARXIV), "")


class PaperIdentifier(models.Model):
    """One external ID of a paper."""

    # The schemes that the code knows by name. Any other id that a source gives its papers goes under the source's own
    # name, which needs no line here.
    class Scheme(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        DOI = "doi", "DOI"
        SEED = "seed", "seed page"
        PUBMED = "pmid", "PubMed"
        PMC = "pmcid", "PubMed Central"
        OPENALEX = "openalex", "OpenAlex"
        OPENREVIEW = "openreview", "OpenReview"
        # A hash of a feed and of what it calls the entry.
        FEED = "feed", "feed"
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
    """How much a paper is about a topic: a score above 0 and at most 1."""

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
