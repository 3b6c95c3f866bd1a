"""Roster: a list of addresses that is brought in from a file."""

from django.db import models
from django.utils import timezone


class Roster(models.Model):
    """A file of addresses on its way in: looked through first, then brought in, line by line, and kept no longer."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "uploaded"
        CHECKING = "checking", "looking through it"
        CHECKED = "checked", "looked through"
        IMPORTING = "importing", "bringing it in"
        DONE = "done", "done"

    name = models.CharField(max_length=255)
    # Emptied when all is done: it holds addresses.
    content = models.BinaryField()
    encoding = models.CharField(max_length=16)
    lines = models.PositiveIntegerField(default=0)
    # What each field is read from: {"email": 0, "topics": 3}, by the number of the column.
    columns = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=Status, default=Status.UPLOADED)
    # How many lines the present step has behind it.
    position = models.PositiveIntegerField(default=0)
    # To how many of those the mails that ask for a confirmation are out.
    mailed = models.PositiveIntegerField(default=0)
    # How many lines came out how, and the first that could not be read: [line, why].
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

    def begin(self, status: "Roster.Status", after: "Roster.Status") -> bool:
        """Begin a step from the first line; return whether this call did it."""
        begun = Roster.objects.filter(pk=self.pk, status=after)
        done = begun.update(status=status, position=0, mailed=0, counts={}, faults=[])
        self.refresh_from_db()
        return bool(done)
