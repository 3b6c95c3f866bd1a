"""Authors: their papers, and the one spelling that their page uses."""

from django.db.models import Count, QuerySet

from digest.models import Authorship, Paper
from subscriptions.author_matching import author_key


def papers_by(name: str) -> "QuerySet[Paper]":
    """Return the papers of an author, however each paper spells the name."""
    return Paper.objects.filter(authorships__key=author_key(name)) if author_key(name) else Paper.objects.none()


def canonical_name(name: str) -> str:
    """Return how most papers spell an author's name; in a tie, the spelling with accents, then the longer one."""
    named = Authorship.objects.filter(key=author_key(name)).values_list("name").annotate(papers=Count("paper"))
    spellings = sorted(named, key=lambda row: (row[1], not row[0].isascii(), len(row[0]), row[0]))
    return str(spellings[-1][0]) if spellings else ""
