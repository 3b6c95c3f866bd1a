"""Who got a paper in a digest before it was withdrawn: looked up once, so that their next digests can say so."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Min, QuerySet
from django.db.models.functions import Cast

from digest.models import Delivery, Edition, NewsRecipient, Paper, PaperNews
from digest.models.snapshot import all_papers_in

# A digest contains a paper at most this long after it came out: for a reader who gets one per month.
LATEST_DIGEST = timedelta(days=35)
RECIPIENT_BATCH = 1000


def find_recipients(now: datetime) -> int:
    """Record who got the paper, for each new withdrawal; return how many recipients there are."""
    waiting = PaperNews.objects.filter(kind=PaperNews.Kind.WITHDRAWN, recipients_found_at=None)
    return sum(_find_recipients(news, now) for news in waiting.order_by("pk"))


@transaction.atomic
def _find_recipients(news: PaperNews, now: datetime) -> int:
    """Record who got one paper; do nothing if another worker is doing it."""
    row = PaperNews.objects.select_for_update(skip_locked=True).filter(pk=news.pk, recipients_found_at=None).first()
    if row is None:
        return 0
    count = 0
    batch: set[int] = set()
    for subscriber, content in _deliveries_of(row.paper_id).iterator(chunk_size=RECIPIENT_BATCH):
        if row.paper_id in all_papers_in(content):
            batch.add(subscriber)
        if len(batch) >= RECIPIENT_BATCH:
            count += _note(row, batch)
            batch = set()
    count += _note(row, batch)
    row.recipients_found_at = now
    row.save(update_fields=["recipients_found_at"])
    return count


def _note(news: PaperNews, subscribers: set[int]) -> int:
    rows = [NewsRecipient(news=news, subscriber_id=subscriber) for subscriber in sorted(subscribers)]
    NewsRecipient.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _deliveries_of(paper: int) -> "QuerySet[Delivery, tuple[int, dict[str, object]]]":
    """Return the subscriber and content of each digest that may have contained a paper."""
    published = Edition.objects.filter(status=Edition.Status.PUBLISHED, papers=paper).aggregate(day=Min("day"))["day"]
    sent_at = Paper.objects.values_list("sent_at", flat=True).get(pk=paper)
    days = [day for day in (published, sent_at and sent_at.date()) if day]
    if not days:
        return Delivery.objects.none().values_list("subscriber_id", "content")
    # The reader's calendar day may be the day before or after, depending on the time zone.
    period = min(days) - timedelta(days=1), max(days) + LATEST_DIGEST
    # The beginning of an entry as JSON: the database searches the texts, and few rows are fetched.
    text = Cast("content", models.TextField())
    return (
        Delivery.objects.filter(status=Delivery.Status.SENT, subscriber__isnull=False, period__range=period)
        .alias(text=text)
        .filter(text__contains=f'[{paper}, "')
        .order_by("pk")
        .values_list("subscriber_id", "content")
    )
