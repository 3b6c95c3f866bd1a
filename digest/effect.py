"""What a change of mind would have changed: the digests a reader got, chosen anew with it and without."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from digest.models import Delivery
from digest.offers import candidates
from digest.preview import Taste, choose
from subscriptions.models import Subscriber

# The papers that are looked at, newest first, and the digests they may come from.
LAST = 20
MOST_DIGESTS = 5


class Effect(NamedTuple):
    """How many of a reader's last papers a change would have kept away."""

    changed: int
    of: int


class Got(NamedTuple):
    """One digest somebody got: its papers, and between which moments its editions came out."""

    papers: list[int]
    since: datetime | None
    until: datetime


def effect(subscriber: Subscriber, before: Taste, after: Taste, now: datetime) -> Effect:
    """Return how many of the last papers a subscriber got would not have come had they wished `after`, not `before`.

    Both are chosen anew, so that what came of other changes since does not count.
    """
    changed = seen = 0
    for got in _last(subscriber):
        papers = got.papers[: LAST - seen]
        seen += len(papers)
        if before != after:
            offer = candidates(got.since, now, got.until)
            kept, left = ({paper for paper, *_ in choose(taste, offer, now).papers} for taste in (before, after))
            changed += len((kept - left).intersection(papers))
        if seen >= LAST:
            break
    return Effect(changed, seen)


def _last(subscriber: Subscriber) -> Iterator[Got]:
    """Yield the newest digests, newest first."""
    rows = Delivery.objects.filter(subscriber=subscriber, edition__published_at__isnull=False)
    planned = rows.exclude(status=Delivery.Status.SKIPPED).order_by("-period")
    found = list(planned.values_list("content", "edition__published_at")[: MOST_DIGESTS + 1])
    # A digest holds what came out since the one before it; of the first only the latest edition.
    starts = [published for _, published in found[1:]]
    for (content, published), since in zip(found[:MOST_DIGESTS], [*starts, None], strict=False):
        if published:
            yield Got([paper for paper, *_ in content.get("papers", [])], since, published)
