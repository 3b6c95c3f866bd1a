"""A reader's saved papers: what they wrote about them, and search by words, labels and read marks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Prefetch

from digest.catalog import citations
from digest.catalog.folding import fold
from digest.models import Feedback, LibraryEntry, Paper, PaperTopic
from digest.models.library_entry import MAX_CITE_KEY_LENGTH, MAX_NOTE_LENGTH, all_labels, labels_of
from subscriptions.models import Subscriber


class SavedPaper(NamedTuple):
    """A paper that a reader saved, with what they wrote about it. `entry` is not stored if they wrote nothing."""

    paper: Paper
    entry: LibraryEntry
    saved_at: datetime

    @property
    def cite_key(self) -> str:
        """The key it is cited by, the same in every file, whatever else is saved or removed."""
        return self.entry.cite_key or f"{citations.citation_key(self.paper)}-{self.paper.pk}"


@dataclass(frozen=True)
class LibrarySearch:
    """Which saved papers: with all the words, with the label, read or unread. Empty means any."""

    words: str = ""
    label: str = ""
    read: str = ""

    def fits(self, saved: SavedPaper) -> bool:
        """Return whether a saved paper matches."""
        if self.label and self.label.casefold() not in {label.casefold() for label in saved.entry.labels}:
            return False
        if self.read and (saved.entry.read_at is not None) != (self.read == "read"):
            return False
        paper, entry = saved.paper, saved.entry
        text = fold(" ".join([paper.title, paper.abstract, *paper.authors, entry.note, *entry.labels]))
        return all(word in text for word in fold(self.words).split())


def library_of(subscriber: Subscriber, search: LibrarySearch | None = None) -> list[SavedPaper]:
    """Return the saved papers of a reader that match, last saved first, with a fixed number of queries."""
    rows = Feedback.objects.filter(subscriber=subscriber, kind=Feedback.Kind.SAVED)
    saved_at = dict(rows.order_by("-at", "-pk").values_list("paper_id", "at"))
    tags = Prefetch("tags", queryset=PaperTopic.objects.select_related("topic"))
    papers = Paper.objects.defer("embedding", "original_abstract").select_related("entry__edition")
    papers_by_key = papers.prefetch_related("identifiers", tags).in_bulk(list(saved_at))
    entries = {entry.paper_id: entry for entry in LibraryEntry.objects.filter(subscriber=subscriber)}
    library = [
        SavedPaper(paper, entries.get(key) or LibraryEntry(subscriber=subscriber, paper=paper), at)
        for key, at in saved_at.items()
        if (paper := papers_by_key.get(key))
    ]
    return [saved for saved in library if search.fits(saved)] if search else library


def labels_in(library: Iterable[SavedPaper]) -> list[str]:
    """Return the labels in use, by name."""
    return all_labels(saved.entry for saved in library)


def open_entry(subscriber: Subscriber, paper: Paper) -> LibraryEntry:
    """Return the library entry for a reader's paper; create it, with a key of its own, if they saved it just now."""
    entry = LibraryEntry.objects.filter(subscriber=subscriber, paper=paper).first()
    while entry is None:
        try:
            with transaction.atomic():
                key = _free_key(subscriber, paper)
                entry, _ = LibraryEntry.objects.get_or_create(
                    subscriber=subscriber, paper=paper, defaults={"cite_key": key}
                )
        except IntegrityError:
            # Another paper took the key meanwhile.
            continue
    return entry


def close_entry(subscriber: Subscriber, paper: int) -> None:
    """Delete the entry of a paper (its key) that is no longer saved, unless something is written in it."""
    for entry in LibraryEntry.objects.filter(subscriber=subscriber, paper=paper):
        if not entry.is_written_in:
            entry.delete()


def annotate(subscriber: Subscriber, paper: Paper, note: str, labels: str) -> LibraryEntry:
    """Store the note and the labels of a saved paper."""
    entry = open_entry(subscriber, paper)
    entry.note = note.strip()[:MAX_NOTE_LENGTH]
    entry.labels = labels_of(labels)
    entry.save(update_fields=["note", "labels"])
    return entry


def mark_read(subscriber: Subscriber, paper: Paper, at: datetime | None) -> LibraryEntry:
    """Mark a saved paper as read at that moment; as unread if it is None."""
    entry = open_entry(subscriber, paper)
    entry.read_at = at
    entry.save(update_fields=["read_at"])
    return entry


def _free_key(subscriber: Subscriber, paper: Paper) -> str:
    """Return the paper's own citation key, with a number if another saved paper has it."""
    base = re.sub(r"[^\w-]", "", citations.citation_key(paper))[: MAX_CITE_KEY_LENGTH - 8]
    rows = LibraryEntry.objects.filter(subscriber=subscriber, cite_key__startswith=base)
    used_keys = set(rows.values_list("cite_key", flat=True))
    number, key = 1, base
    while key in used_keys:
        number += 1
        key = f"{base}-{number}"
    return key
