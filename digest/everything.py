"""Everything new: what the second part of a digest can be chosen from, curated or not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from digest.curation import uncurated_papers
from digest.offers import Candidates, offered

# At most so many papers, the newest, and of so many days: what is older waits for nobody.
NEWEST = 5000
LONGEST = timedelta(days=14)
FOR_SOMEBODY_NEW = timedelta(days=3)
# An import may still be at work on what came in a moment ago: that waits for the next digest.
SETTLED = timedelta(minutes=10)


def everything(since: datetime | None, edition: Sequence[int], now: datetime) -> Candidates:
    """Return all papers that came in since, and those of the editions (keys) that a digest is chosen from, now.

    What stands in a draft comes with its edition. since: up to when they were chosen from before; None for somebody
    new.
    """
    earliest = max(since, now - LONGEST) if since else now - FOR_SOMEBODY_NEW
    came = uncurated_papers().filter(created_at__gt=earliest, created_at__lte=settled(now))
    newest = came.order_by("-created_at", "-pk").values_list("pk", flat=True)[:NEWEST]
    keys = tuple(dict.fromkeys([*newest, *edition]))[:NEWEST]
    return _loaded(keys, now.replace(minute=0, second=0, microsecond=0))


def settled(now: datetime) -> datetime:
    """Return up to when the papers that came in are chosen from."""
    return now - SETTLED


@lru_cache(maxsize=2)
def _loaded(papers: tuple[int, ...], hour: datetime) -> Candidates:
    """Return papers as an offer, votes as of this hour; kept, for the batches of one planning share it."""
    return offered(papers, hour)


def forget() -> None:
    """Read the papers anew for the next digest, within the hour too."""
    _loaded.cache_clear()
