"""What a change of mind would have changed: the digests a reader got, chosen anew with it and without."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from digest.models import Delivery
from digest.models.delivery import papers_in
from digest.offers import candidates, offered
from digest.preview import Taste, choose, choose_more
from subscriptions.models import Subscriber

# The papers that are looked at, newest first, and the digests they may come from.
LAST = 20
MOST_DIGESTS = 5


class Effect(NamedTuple):
    """How many of a reader's last papers a change would have kept away."""

    changed: int
    of: int


class Got(NamedTuple):
    """One digest somebody got: the papers of both parts, and between which moments its editions came out."""

    papers: list[int]
    more: list[int]
    since: datetime | None
    # None where no edition was in it.
    until: datetime | None


def effect(subscriber: Subscriber, before: Taste, after: Taste, now: datetime) -> Effect:
    """Return how many of the last papers a subscriber got would not have come had they wished `after`, not `before`.

    Both are chosen anew, so that what came of other changes since does not count.
    """
    changed = seen = 0
    for got in _last(subscriber):
        papers = [*got.papers, *got.more][: LAST - seen]
        seen += len(papers)
        if before != after:
            kept, left = _chosen([before, after], got, now)
            changed += len((kept - left).intersection(papers))
        if seen >= LAST:
            break
    return Effect(changed, seen)


def _chosen(tastes: Sequence[Taste], got: Got, now: datetime) -> list[set[int]]:
    """Return what each taste gets of what a digest was chosen from; of the second part, of the papers that came."""
    chosen = [set[int]() for _ in tastes]
    if got.papers:
        offer = candidates(got.since, now, got.until)
        chosen = [{paper for paper, *_ in choose(taste, offer, now).papers} for taste in tastes]
    if got.more:
        offer = offered(got.more, now)
        more = [{paper for paper, *_ in choose_more(taste, offer, now)} for taste in tastes]
        chosen = [first | second for first, second in zip(chosen, more, strict=True)]
    return chosen


def _last(subscriber: Subscriber) -> Iterator[Got]:
    """Yield the newest digests, newest first."""
    rows = Delivery.objects.filter(subscriber=subscriber).exclude(status=Delivery.Status.SKIPPED).order_by("-period")
    found = list(rows.values_list("content", "edition__published_at")[: 2 * MOST_DIGESTS])
    for number, (content, published) in enumerate(found[:MOST_DIGESTS], start=1):
        # A digest holds what came out since the one before it; of the first only the latest edition.
        since = next((before for _, before in found[number:] if before), None)
        first = papers_in(content) if published else []
        yield Got(first, papers_in(content.get("more", {})), since, published)
