"""What-if replay: a reader's past digests, recommended again with and without a change of preferences."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from digest.models import Delivery
from digest.models.snapshot import extra_section, papers_in
from digest.recommending.candidates import candidates_from_editions, candidates_from_papers
from digest.recommending.preview import RecommendationRequest, recommend_extra_for_request, recommend_for_request
from subscriptions.models import Subscriber

# How many papers are replayed, newest first, and from how many digests.
MAX_PAPERS_REPLAYED = 20
MAX_DIGESTS_REPLAYED = 5


class WhatIf(NamedTuple):
    """How many of a reader's last papers a change would have kept out."""

    changed: int
    of: int


class PastDigest(NamedTuple):
    """One digest a reader got: the papers of both sections, and the time range in which its editions came out."""

    papers: list[int]
    more: list[int]
    since: datetime | None
    # None if there was no edition in it.
    until: datetime | None


def what_if(
    subscriber: Subscriber, before: RecommendationRequest, after: RecommendationRequest, now: datetime
) -> WhatIf:
    """Return how many of a subscriber's last papers would not have been sent with `after` instead of `before`.

    Both are selected again, so that the effect of other changes since then does not count.
    """
    changed = looked_at = 0
    for past in _past_digests(subscriber):
        papers = [*past.papers, *past.more][: MAX_PAPERS_REPLAYED - looked_at]
        looked_at += len(papers)
        if before != after:
            papers_before, papers_after = _recommended([before, after], past, now)
            changed += len((papers_before - papers_after).intersection(papers))
        if looked_at >= MAX_PAPERS_REPLAYED:
            break
    return WhatIf(changed, looked_at)


def _recommended(requests: Sequence[RecommendationRequest], past: PastDigest, now: datetime) -> list[set[int]]:
    """Return which of a digest's candidates each request gets; for the extra section, which of the papers sent."""
    recommended = [set[int]() for _ in requests]
    if past.papers:
        candidates = candidates_from_editions(past.since, now, past.until)
        recommended = [
            {paper for paper, *_ in recommend_for_request(request, candidates, now).papers} for request in requests
        ]
    if past.more:
        candidates = candidates_from_papers(past.more, now)
        more = [{paper for paper, *_ in recommend_extra_for_request(request, candidates, now)} for request in requests]
        recommended = [first | second for first, second in zip(recommended, more, strict=True)]
    return recommended


def _past_digests(subscriber: Subscriber) -> Iterator[PastDigest]:
    """Yield the newest digests, newest first."""
    deliveries = (
        Delivery.objects.filter(subscriber=subscriber).exclude(status=Delivery.Status.SKIPPED).order_by("-period")
    )
    rows = list(deliveries.values_list("content", "edition__published_at")[: 2 * MAX_DIGESTS_REPLAYED])
    for number, (content, published) in enumerate(rows[:MAX_DIGESTS_REPLAYED], start=1):
        # A digest covers what came out since the one before it; the first one, only the latest edition.
        since = next((before for _, before in rows[number:] if before), None)
        first = papers_in(content) if published else []
        yield PastDigest(first, papers_in(extra_section(content)), since, published)
