"""Edition: the papers of one calendar day, in the curator's order."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from digest.models.paper import Paper

EDITION_BATCH = 500
# The fields of an edition that two people have seen in its present state.
SEEN: dict[str, object] = {"unseen_since": None, "unseen_by": [], "unseen_told_at": None}


class EditionQuerySet(models.QuerySet["Edition"]):
    """Queries for editions."""

    def published(self) -> "EditionQuerySet":
        """Editions that readers may see, newest day first."""
        return self.filter(status=Edition.Status.PUBLISHED).order_by("-day")

    def overdue(self, at: datetime) -> "EditionQuerySet":
        """Drafts that are due for publication, oldest day first."""
        return self.filter(status=Edition.Status.DRAFT, publish_at__lte=at).order_by("day")

    def halted(self) -> "EditionQuerySet":
        """Editions whose digests wait until someone lets them go on."""
        return self.filter(halted_at__isnull=False).order_by("day")

    def stopped(self) -> "EditionQuerySet":
        """Editions whose mail does not go out now: halted, or taken back."""
        return self.exclude(status=Edition.Status.PUBLISHED, halted_at=None).order_by("day")

    def changed_unseen(self) -> "EditionQuerySet":
        """Editions changed after publication that wait for approval; none unless SECOND_LOOK is on."""
        if not settings.SECOND_LOOK:
            return self.none()
        return self.filter(status=Edition.Status.PUBLISHED, unseen_since__isnull=False).order_by("day")

    def versions(self) -> dict[int, int]:
        """Return the version of each edition, by key."""
        return dict(self.values_list("pk", "version"))


class Edition(models.Model):
    """The papers of one calendar day: draft, then published."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"

    day = models.DateField(unique=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    publish_at = models.DateTimeField(help_text="When it is published automatically, unless someone publishes it first")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    papers = models.ManyToManyField(Paper, through="EditionPaper", related_name="editions")

    halted_at = models.DateTimeField("sending halted at", null=True, blank=True, editable=False)
    halted_because = models.CharField("why it was halted", max_length=255, blank=True, editable=False)
    # When the curators were told that it was halted.
    halt_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The shares that someone saw and accepted when they let it go on.
    accepted_complaints = models.FloatField(default=0, editable=False)
    accepted_bounces = models.FloatField(default=0, editable=False)

    subject = models.CharField(
        max_length=120, blank=True, help_text="Of its emails. If empty, the first paper's title is used."
    )
    intro = models.TextField(max_length=1000, blank=True, help_text="Shown above the papers, on the page and in emails")

    # Counts the changes in the panel: each change says which version it was made on.
    version = models.PositiveIntegerField(default=0)
    changed_by = models.CharField(max_length=150, blank=True, editable=False)
    # Who asked another curator for approval before publication, and for which hour; null: at once.
    look_asked_by = models.CharField(max_length=150, blank=True, editable=False)
    look_asked_for = models.DateTimeField(null=True, blank=True, editable=False)
    # Who set its hour; empty: it has the usual one.
    hour_set_by = models.CharField(max_length=150, blank=True, editable=False)
    # Since when it has changes that no other curator has looked at; whose they are; when the others were told.
    unseen_since = models.DateTimeField(null=True, blank=True, editable=False)
    unseen_by = models.JSONField(default=list, blank=True, editable=False)
    unseen_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When its sending was ended for good.
    cancelled_at = models.DateTimeField("sending cancelled at", null=True, blank=True, editable=False)
    # Since when digests are to be sent again to those who got nothing: see digest.sending.bulk_actions.
    again_at = models.DateTimeField("to be sent again since", null=True, blank=True, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        permissions = [
            ("publish_edition", "Can publish editions and take them back"),
            ("send_edition", "Can stop, go on with and cancel the sending of an edition"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="draft", published_at=None)
                | models.Q(status="published", published_at__isnull=False),
                name="published_has_a_time",
            )
        ]
        indexes = [
            # digest.recommending.planning: the editions since the last digest.
            models.Index(fields=["published_at"], name="edition_published"),
            # sending.breaker, once per batch; mostly empty
            models.Index(fields=["halted_at"], name="edition_halted", condition=models.Q(halted_at__isnull=False)),
            # changed_unseen, twice per batch of mails; mostly empty
            models.Index(
                fields=["unseen_since"], name="edition_unseen", condition=models.Q(unseen_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Edition of {self.day}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Set the time of publication if none was given."""
        self.publish_at = self.publish_at or datetime.combine(self.day, time(settings.EDITION_HOUR), UTC)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        """Return the address of the edition's page."""
        return reverse("edition", args=[self.day])

    @property
    def is_published(self) -> bool:
        """Whether readers may see it."""
        return self.status == self.Status.PUBLISHED

    def publish(self, at: datetime) -> bool:
        """Show the edition to readers; return whether this call did it. A second call changes nothing."""
        changed = Edition.objects.filter(pk=self.pk, status=self.Status.DRAFT).update(
            status=self.Status.PUBLISHED, published_at=at, halted_at=None, halted_because="", halt_told_at=None, **SEEN
        )
        self.refresh_from_db()
        return bool(changed)

    def withdraw(self, until: datetime) -> bool:
        """Turn it back into a draft that publishes itself at `until`; return whether this call did it."""
        changed = Edition.objects.filter(pk=self.pk, status=self.Status.PUBLISHED).update(
            status=self.Status.DRAFT, published_at=None, publish_at=until, hour_set_by=""
        )
        self.refresh_from_db()
        return bool(changed)

    @property
    def waits_for_approval(self) -> bool:
        """Whether a change waits for another curator's approval.

        Until then, a draft does not publish itself, and a published edition is not mailed.
        """
        return bool(settings.SECOND_LOOK and self.unseen_since)

    def request_approval(self, who: str, for_hour: datetime | None) -> None:
        """Ask another curator to approve it before it is published at that hour; None: at once."""
        self.note_change(who)
        Edition.objects.filter(pk=self.pk).update(look_asked_by=who, look_asked_for=for_hour)
        self.refresh_from_db()

    def note_change(self, who: str) -> None:
        """Count a change in the panel. It cancels a request for approval, which was for the earlier state.

        Call it in the same transaction as the change: nothing may be mailed between the two.
        """
        changes: dict[str, object] = {}
        with transaction.atomic():
            now = Edition.objects.select_for_update().get(pk=self.pk)
            if settings.SECOND_LOOK or not now.is_published:
                changes["unseen_by"] = sorted({*now.unseen_by, who})
                changes["unseen_since"] = Coalesce("unseen_since", timezone.now())
            Edition.objects.filter(pk=self.pk).update(
                version=models.F("version") + 1, changed_by=who, look_asked_by="", look_asked_for=None, **changes
            )
        # Cached pages go by this time.
        self.entries.update(updated_at=timezone.now())
        self.refresh_from_db()

    def record_approval(self, who: str = "") -> None:
        """Record that `who` approved what others changed; "" means that two people have seen all of it."""
        pending = {"unseen_by": [who]} if who and who in self.unseen_by else SEEN
        Edition.objects.filter(pk=self.pk).update(**pending)
        self.refresh_from_db()

    def append(self, papers: Sequence[Paper]) -> int:
        """Append the papers that are in no edition yet, in this order; return how many."""
        last = self._last_position()
        return self._enter(papers, start=0 if last is None else last + 1, step=1)

    def add(self, papers: Sequence[Paper]) -> int:
        """Add the papers that are in no edition yet; return how many.

        They come after those that someone gave a position. If no one did, all of them wait to be put in order.
        """
        last = self._last_position()
        return self._enter(papers, start=last + 1, step=1) if last else self._enter(papers, start=0, step=0)

    def _last_position(self) -> int | None:
        last: int | None = self.entries.aggregate(last=models.Max("position"))["last"]
        return last

    def _enter(self, papers: Sequence[Paper], *, start: int, step: int) -> int:
        placed = set(EditionPaper.objects.filter(paper__in=papers).values_list("paper_id", flat=True))
        unplaced = (paper for paper in papers if paper.pk not in placed)
        entries = [
            EditionPaper(edition=self, paper=paper, position=start + number * step)
            for number, paper in enumerate(unplaced)
        ]
        EditionPaper.objects.bulk_create(entries, batch_size=EDITION_BATCH)
        if entries:
            # So that a curator's board shows it.
            Edition.objects.filter(pk=self.pk).update(version=models.F("version") + 1, changed_by="")
        return len(entries)

    @property
    def is_halted(self) -> bool:
        """Whether the sending of its digests is halted."""
        return self.halted_at is not None

    def halt(self, at: datetime, because: str, told_at: datetime | None = None) -> bool:
        """Stop sending its digests; return whether this call did it. A second call changes nothing.

        Nor does a call if someone let it go on since this object was read.
        """
        running = Edition.objects.filter(
            pk=self.pk,
            halted_at=None,
            accepted_complaints=self.accepted_complaints,
            accepted_bounces=self.accepted_bounces,
        )
        changed = running.update(halted_at=at, halted_because=because[:255], halt_told_at=told_at)
        self.refresh_from_db()
        return bool(changed)

    def let_go_on(self, complaints: float, bounces: float) -> bool:
        """Resume sending its digests, and accept these shares; return whether this call did it."""
        changed = Edition.objects.halted().filter(pk=self.pk)
        updated = changed.update(
            halted_at=None,
            halted_because="",
            halt_told_at=None,
            accepted_complaints=complaints,
            accepted_bounces=bounces,
        )
        self.refresh_from_db()
        return bool(updated)


class EditionPaperQuerySet(models.QuerySet["EditionPaper"]):
    """Queries for papers of editions."""

    def shown(self) -> "EditionPaperQuerySet":
        """Papers that readers see, in their order: pinned first."""
        return self.exclude(placement=EditionPaper.Placement.HIDDEN).order_by("placement", "position", "pk")

    def public(self) -> "EditionPaperQuerySet":
        """Papers shown in published editions."""
        return self.shown().filter(edition__status=Edition.Status.PUBLISHED)


class EditionPaper(models.Model):
    """A paper's position in its edition. A paper is in one edition only."""

    class Placement(models.TextChoices):
        # The values sort in the order readers see.
        PINNED = "1-pinned", "pinned"
        LISTED = "2-listed", "listed"
        HIDDEN = "3-hidden", "hidden"

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries")
    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, related_name="entry")
    position = models.PositiveIntegerField(default=0)
    placement = models.CharField(max_length=16, choices=Placement, default=Placement.LISTED)
    note = models.CharField(max_length=280, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EditionPaperQuerySet.as_manager()

    class Meta:
        ordering = ["placement", "position", "pk"]
        indexes = [models.Index(fields=["edition", "placement", "position"], name="edition_order")]

    def __str__(self) -> str:
        return f"{self.paper_id} in {self.edition_id}"
