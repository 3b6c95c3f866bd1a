"""Authorship: who wrote a paper, found by the key that all spellings of a name share."""

from collections.abc import Iterable, Sequence

from django.db import models

from digest.models.paper import Paper
from subscriptions.author_matching import author_key
from subscriptions.phrases import MAX_PHRASE_LENGTH

# Few statements, none too long for a database.
AUTHORSHIP_BATCH = 1000


class AuthorshipManager(models.Manager["Authorship"]):
    """Keeps the rows in step with the authors of papers."""

    def keep(self, papers: Sequence[Paper]) -> None:
        """Make the rows of papers match their authors exactly."""
        present: dict[int, list[tuple[str, str]]] = {paper.pk: [] for paper in papers if paper.pk}
        for paper, key, name in self.filter(paper__in=list(present)).values_list("paper_id", "key", "name"):
            present[paper].append((key, name))
        rows = {paper.pk: list(_rows(paper)) for paper in papers}
        changed = [pk for pk, own in rows.items() if sorted(present[pk]) != sorted((row.key, row.name) for row in own)]
        self.filter(paper__in=[pk for pk in changed if present[pk]]).delete()
        self.add(row for pk in changed for row in rows[pk])

    def write(self, papers: Iterable[Paper]) -> None:
        """Write the rows of papers that have none yet."""
        self.add(row for paper in papers for row in _rows(paper))

    def add(self, rows: Iterable["Authorship"]) -> None:
        """Write rows."""
        self.bulk_create(rows, batch_size=AUTHORSHIP_BATCH, ignore_conflicts=True)


class Authorship(models.Model):
    """One author of one paper, for look-ups. The paper itself has the names in their order."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="authorships")
    key = models.CharField(max_length=MAX_PHRASE_LENGTH)
    name = models.CharField(max_length=255)

    objects = AuthorshipManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "key"], name="author_of_a_paper_once")]
        indexes = [
            # digest.catalog.authors: the papers of an author, and how most of them spell the name.
            models.Index(fields=["key", "name", "paper"], name="papers_of_author"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} is by {self.key}"


def _rows(paper: Paper) -> Iterable[Authorship]:
    """Return the rows of a paper: each author once."""
    keys = {author_key(str(name)): str(name)[:255] for name in reversed(paper.authors)}
    return [Authorship(paper=paper, key=key, name=name) for key, name in reversed(keys.items()) if key]
