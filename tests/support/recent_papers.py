"""Readers who want everything new, and new papers for them."""

from datetime import timedelta

from digest.models import Paper
from subscriptions.models import Breadth
from tests.support.factories import NOON, make_paper, make_subscriber

HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


def make_wide_subscriber(**fields):
    """Return a reader who wants everything new that fits."""
    return make_subscriber(**{"breadth": Breadth.EVERYTHING, **fields})


def make_new_paper(title="", *, at=NOON - HOUR, **fields):
    """Return a paper that came in and is in no edition."""
    return make_paper(title, created_at=at, **fields)


def extra_part(delivery):
    """Return the extra section of a digest."""
    return delivery.content.get("more", {"papers": []})


def titles(entries):
    """Return the titles of frozen entries."""
    papers = Paper.objects.in_bulk([paper for paper, *_ in entries])
    return [papers[paper].title for paper, *_ in entries]
