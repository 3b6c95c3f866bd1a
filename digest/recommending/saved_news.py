"""News since the last digest about papers that readers saved or got: at most three lines in the next one."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import F, Max
from django.db.models.functions import Coalesce

from digest.models import Delivery, Feedback, NewsRecipient, PaperNews
from digest.models.delivery import PlannedDelivery
from digest.recommending.candidates import SETTLING_TIME, settled_until

Kind = PaperNews.Kind
MAX_NEWS = 3
# Anything older is not news any more, even to someone who gets a digest once a month or was away.
SAVED_NEWS_FOR = timedelta(days=35)
# What matters most comes first.
ORDER = {Kind.WITHDRAWN: 0, Kind.PUBLISHED: 1, Kind.VERSION: 2, Kind.CODE: 3}

NewsLine = tuple[int, str, str]


def with_news(deliveries: Collection[PlannedDelivery], now: datetime) -> list[PlannedDelivery]:
    """Return the deliveries, each with the news about papers its reader saved or got."""
    digests = [row.subscriber_id for row in deliveries if row.status != Delivery.Status.SKIPPED]
    news = news_for(digests, now)
    return [
        row._replace(news=json.dumps(news[row.subscriber_id]))
        if row.subscriber_id in news and row.status != Delivery.Status.SKIPPED
        else row
        for row in deliveries
    ]


def news_for(subscribers: Collection[int], now: datetime) -> dict[int, list[NewsLine]]:
    """Return the news for each of these subscribers (keys) who has any: paper (its key), kind, detail.

    The last digest may have missed what came in while it was planned, so each digest only uses what has settled.
    """
    recent = PaperNews.objects.filter(at__gt=now - SAVED_NEWS_FOR, at__lte=settled_until(now))
    if not subscribers or not recent.exists():
        return {}
    saved = Feedback.objects.filter(kind=Feedback.Kind.SAVED, subscriber__any_of=subscribers)
    rows = saved.filter(paper__news__in=recent, paper__news__at__gt=F("at")).values_list(
        "subscriber_id", "paper_id", "paper__news__kind", "paper__news__detail", "paper__news__at"
    )
    # A withdrawal is news for everyone who got the paper, too.
    got = NewsRecipient.objects.filter(subscriber__any_of=subscribers, news__in=recent).values_list(
        "subscriber_id",
        "news__paper_id",
        "news__kind",
        "news__detail",
        Coalesce("news__recipients_found_at", "news__at"),
    )
    by_subscriber: dict[int, list[tuple[NewsLine, datetime]]] = {}
    for subscriber, paper, kind, detail, at in (*rows, *got):
        by_subscriber.setdefault(subscriber, []).append(((paper, kind, detail), at))
    before = Delivery.objects.filter(subscriber__any_of=by_subscriber).exclude(status=Delivery.Status.SKIPPED)
    last = dict(before.values_list("subscriber").annotate(Max("created_at")).order_by())
    news = {
        subscriber: _chosen([one for one in lines if _is_new(one[1], last.get(subscriber))])
        for subscriber, lines in by_subscriber.items()
    }
    return {subscriber: lines for subscriber, lines in news.items() if lines}


def _is_new(at: datetime, last_digest: datetime | None) -> bool:
    return last_digest is None or at > last_digest - SETTLING_TIME


def _chosen(lines: Iterable[tuple[NewsLine, datetime]]) -> list[NewsLine]:
    """Return the most important news; only the latest of each kind per paper."""
    latest = {(line[0], line[1]): line for line, _ in sorted(lines, key=lambda pair: pair[1])}
    return sorted(latest.values(), key=lambda line: (ORDER[Kind(line[1])], line[0]))[:MAX_NEWS]
