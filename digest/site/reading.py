"""What the pages show, read in a number of queries that does not grow with the papers."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from digest.curation import public_papers
from digest.models import Edition, EditionPaper, Paper, PaperTopic

# The strongest come first; more would be noise under a title.
TOPICS_SHOWN = 3


def with_particulars(prefix: str = "") -> "list[Prefetch[Any] | str]":
    """Return what to prefetch so that a paper's topics and links cost no query of their own."""
    tags = Prefetch(f"{prefix}tags", queryset=PaperTopic.objects.select_related("topic"))
    return [f"{prefix}identifiers", tags]


def edition_page(edition: Edition) -> dict[str, Any]:
    """Return an edition with its shown papers and its neighbours in time."""
    entries = EditionPaper.objects.shown().filter(edition=edition).select_related("paper")
    published = Edition.objects.published()
    return {
        "edition": edition,
        "entries": list(entries.prefetch_related(*with_particulars("paper__"))),
        "earlier": published.filter(day__lt=edition.day).first(),
        "later": published.filter(day__gt=edition.day).reverse().first(),
        "topics_shown": f":{TOPICS_SHOWN}",
    }


def papers_for_page() -> QuerySet[Paper]:
    """Return the papers readers may see, each with all that its page shows."""
    return public_papers().select_related("entry__edition").prefetch_related(*with_particulars())
