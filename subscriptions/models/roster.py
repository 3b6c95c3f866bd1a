"""Roster: an import of addresses from a file."""

from django.db import models
from django.utils import timezone

# The panel's labels; the choices' own labels are in the migrations.
ROSTER_STATUS_LABELS = {
    "uploaded": "uploaded, not checked yet",
    "checking": "checking",
    "checked": "checked, ready to import",
    "importing": "importing",
    "done": "done",
}
ROSTER_PURPOSE_LABELS = {"subscribers": "subscribers", "suppressions": "addresses never to email"}


class Roster(models.Model):
    """A file of addresses being imported: checked first, then imported line by line, then emptied."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "uploaded"
        CHECKING = "checking", "being checked"
        CHECKED = "checked", "checked"
        IMPORTING = "importing", "being imported"
        DONE = "done", "done"

    class Purpose(models.TextChoices):
        SUBSCRIBERS = "subscribers", "subscribers to import"
        SUPPRESSIONS = "suppressions", "addresses never to email"

    name = models.CharField(max_length=255)
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.SUBSCRIBERS)
    # Emptied when the import is done, because it contains addresses.
    content = models.BinaryField()
    encoding = models.CharField(max_length=16)
    lines = models.PositiveIntegerField(default=0)
    # The number of the column each field is read from: {"email": 0, "topics": 3}.
    columns = models.JSONField(default=dict)
    # The columns that say who left, and whether the name of the file says so about everyone in it.
    status_columns = models.JSONField(default=list)
    reads_name = models.BooleanField(default=True)
    # What words in these columns mean, if someone said so: {"churned": "SUBSCRIBED"}.
    meanings = models.JSONField(default=dict)
    # How often each unknown word occurred.
    unknown_words = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=Status, default=Status.UPLOADED)
    # How many lines the current step has finished.
    position = models.PositiveIntegerField(default=0)
    # For how many of those the mails that ask for confirmation have gone out.
    mailed = models.PositiveIntegerField(default=0)
    # How many lines had each outcome, and the first lines left out for each: [line, why, outcome].
    counts = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    uploaded_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("export_roster", "Can export subscribers")]

    def __str__(self) -> str:
        return f"list {self.pk}"

    @property
    def status_label(self) -> str:
        """The status, in the panel's words."""
        return ROSTER_STATUS_LABELS.get(self.status, self.get_status_display())

    @property
    def purpose_label(self) -> str:
        """The purpose, in the panel's words."""
        return ROSTER_PURPOSE_LABELS.get(self.purpose, self.get_purpose_display())

    def begin(self, status: "Roster.Status", after: "Roster.Status") -> bool:
        """Begin a step from the first line; return whether this call did it."""
        begun = Roster.objects.filter(pk=self.pk, status=after)
        updated = begun.update(status=status, position=0, mailed=0, counts={}, faults=[], unknown_words={})
        self.refresh_from_db()
        return bool(updated)
