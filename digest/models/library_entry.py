"""LibraryEntry: what a reader wrote about a paper they saved."""

from collections.abc import Iterable

from django.db import models

from digest.models.paper import NamesField, Paper
from subscriptions.models import Subscriber

MAX_LABEL_LENGTH = 40
MAX_LABELS = 20
MAX_NOTE_LENGTH = 4000
MAX_CITE_KEY_LENGTH = 80


class LibraryEntry(models.Model):
    """The note, the labels and the read mark of one saved paper, and the key it is cited by.

    Whether a paper is saved is in its feedback. An entry of a paper that is no longer saved is kept while it has a note
    or a label: saving the paper again brings them back.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="library", db_index=False)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="library_entries")
    cite_key = models.CharField(max_length=MAX_CITE_KEY_LENGTH)
    note = models.TextField(blank=True)
    labels = NamesField(default=list, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # The key of its item in the reader's Zotero library, once it is there.
    zotero_key = models.CharField(max_length=8, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "library entries"
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "paper"], name="library_entry_once"),
            models.UniqueConstraint(fields=["subscriber", "cite_key"], name="library_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id}: {self.cite_key}"

    @property
    def is_written_in(self) -> bool:
        """Whether deleting it would lose something the reader wrote."""
        return bool(self.note or self.labels)


def labels_of(text: str) -> list[str]:
    """Return the labels that a reader typed, separated by commas: each once, ignoring case."""
    labels: dict[str, str] = {}
    for part in text.split(","):
        label = " ".join(part.split())[:MAX_LABEL_LENGTH].strip()
        if label:
            labels.setdefault(label.casefold(), label)
    return list(labels.values())[:MAX_LABELS]


def fits_whole(note: str, labels: str, entry: LibraryEntry) -> bool:
    """Return whether an entry has all of the note and the labels that a reader typed."""
    typed = {" ".join(part.split()).casefold() for part in labels.split(",")} - {""}
    return note.strip() == entry.note and typed == {label.casefold() for label in entry.labels}


def all_labels(entries: Iterable[LibraryEntry]) -> list[str]:
    """Return the labels of some entries, each once, sorted by name."""
    labels = {label.casefold(): label for entry in entries for label in entry.labels}
    return [labels[key] for key in sorted(labels)]
