"""Counting for the panel, on a schedule: pages look numbers up and never count while someone is waiting."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from digest.metrics.experiment_results import experiment_result
from digest.models import Delivery, Edition, Feedback, Tally
from subscriptions.models import Status as Standing
from subscriptions.models import Subscriber, Topic

Status = Delivery.Status

# For this long after it is published, an edition's figures still change.
MOVING = timedelta(days=7)
# Feedback from this period decides between two rankers.
RESULT_PERIOD = timedelta(days=30)
IN_FLIGHT = (Status.CLAIMED, Status.SENDING)


def update_sending_tallies(now: datetime) -> None:
    """Count the digests of the newest edition, and how fast they go out."""
    newest = Edition.objects.published().filter(published_at__lte=now).first()
    if newest:
        _count_edition(newest, now)


def update_tallies(now: datetime) -> None:
    """Count sign-ups, departures and opens of today and yesterday, topic followers, and editions still changing."""
    today = now.astimezone(UTC).date()
    by_status = _count_by_status()
    for day in (today - timedelta(days=1), today):
        _count_subscribers(day, by_status, now)
        _count_opens(day, by_status, now)
    Topic.objects.count_followers()
    for edition in Edition.objects.published().filter(published_at__gt=now - MOVING):
        _count_edition(edition, now)
    if settings.INTERLEAVE_SHARE > 0:
        _count_rankers(today, now)


def count_history(now: datetime, days: int) -> None:
    """Fill in sign-ups, departures and opens for uncounted earlier days: the service is older than its tallies."""
    begin = now - timedelta(days=days)
    came = dict(_by_day("confirmed_at", begin, Q()))
    unsubscribed = dict(_by_day("unsubscribed_at", begin, Q(status=Standing.UNSUBSCRIBED)))
    lost = dict(_by_day("unsubscribed_at", begin, Q(status=Standing.SUPPRESSED)))
    active = Subscriber.objects.active().count()
    rows = []
    for back in range(days):
        day = now.astimezone(UTC).date() - timedelta(days=back)
        counts = {"new": came.get(day, 0), "left": unsubscribed.get(day, 0), "lost": lost.get(day, 0), "active": active}
        rows.append(Tally(kind=Tally.Kind.SUBSCRIBERS, day=day, counts=counts, counted_at=now))
        active -= counts["new"] - counts["left"] - counts["lost"]
    Tally.objects.bulk_create([*rows, *_past_opens(begin, now)], ignore_conflicts=True)


def _past_opens(begin: datetime, now: datetime) -> list[Tally]:
    """Return the opens of each day since; only readers who had allowed tracking by then and still do count."""
    opens = Feedback.objects.filter(kind=Feedback.Kind.OPENED, at__gte=begin).order_by()
    by_day = opens.annotate(on=TruncDate("at", tzinfo=UTC)).values("on")
    counted = by_day.annotate(opened=Count("pk"), readers=Count("subscriber", distinct=True))
    agreed = Subscriber.objects.active().values_list("may_note_opens_since", flat=True)
    since = sorted(at for at in agreed if at)
    rows = []
    for day, opened, readers in counted.values_list("on", "opened", "readers"):
        allowing = bisect_right(since, _span(day)[1])
        counts = {"opened": opened, "readers": readers, "allowing": allowing}
        rows.append(Tally(kind=Tally.Kind.OPENS, day=day, counts=counts, counted_at=now))
    return rows


def _by_day(column: str, begin: datetime, which: Q) -> list[tuple[date, int]]:
    rows = Subscriber.objects.filter(which, **{f"{column}__gte": begin}).order_by()
    return list(
        rows.annotate(on=TruncDate(column, tzinfo=UTC)).values("on").annotate(n=Count("pk")).values_list("on", "n")
    )


def _count_by_status() -> dict[str, int]:
    """Return how many subscribers of each status there are now."""
    return Subscriber.objects.aggregate(
        active=Count("pk", filter=Q(status=Standing.ACTIVE)),
        pending=Count("pk", filter=Q(status=Standing.PENDING)),
        allowing=Count("pk", filter=Q(status=Standing.ACTIVE, may_note_opens_since__isnull=False)),
    )


def _count_subscribers(day: date, by_status: Mapping[str, int], now: datetime) -> None:
    span = _span(day)
    unsubscribed = Q(unsubscribed_at__range=span)
    counts = Subscriber.objects.aggregate(
        new=Count("pk", filter=Q(confirmed_at__range=span)),
        left=Count("pk", filter=unsubscribed & Q(status=Standing.UNSUBSCRIBED)),
        lost=Count("pk", filter=unsubscribed & Q(status=Standing.SUPPRESSED)),
    )
    levels = {name: by_status[name] for name in ("active", "pending")}
    _keep(Tally.Kind.SUBSCRIBERS, day, levels | _of_that_day(Tally.Kind.SUBSCRIBERS, day, now) | counts, now)


def _count_opens(day: date, by_status: Mapping[str, int], now: datetime) -> None:
    opens = Feedback.objects.filter(kind=Feedback.Kind.OPENED, at__range=_span(day)).order_by()
    counts = opens.aggregate(opened=Count("pk"), readers=Count("subscriber", distinct=True))
    level = {"allowing": by_status["allowing"]}
    _keep(Tally.Kind.OPENS, day, level | _of_that_day(Tally.Kind.OPENS, day, now) | counts, now)


def _of_that_day(kind: str, day: date, now: datetime) -> dict[str, float]:
    """Return what was counted on a past day, since how many there were then cannot be counted today."""
    over = day < now.astimezone(UTC).date()
    tally = Tally.objects.filter(kind=kind, day=day).first() if over else None
    return dict(tally.counts) if tally else {}


def _span(day: date) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a day in UTC."""
    begin = datetime.combine(day, time(), UTC)
    return begin, begin + timedelta(days=1) - timedelta(microseconds=1)


def _count_rankers(day: date, now: datetime) -> None:
    comparison = experiment_result(now - RESULT_PERIOD)
    counts = {
        "usual": comparison.usual_won,
        comparison.challenger: comparison.challenger_won,
        "neither": comparison.ties,
    }
    _keep(Tally.Kind.RANKERS, day, counts | {"by chance alone": round(comparison.chance, 3)}, now)


def _count_edition(edition: Edition, now: datetime) -> None:
    states = dict(edition.deliveries.order_by().values_list("status").annotate(number=Count("pk")))
    went_out = sum(states.get(state, 0) for state in (Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED))
    counts = {
        "planned": sum(states.values()) - states.get(Status.SKIPPED, 0) - states.get(Status.KEPT, 0),
        "waiting": states.get(Status.QUEUED, 0) + states.get(Status.HELD, 0),
        "in hand": sum(states.get(state, 0) for state in IN_FLIGHT),
        "sent": went_out,
        **{name: states.get(name, 0) for name in ("delivered", "failed", "uncertain", "cancelled", "bounced")},
        "complained": states.get(Status.COMPLAINED, 0),
        "nothing for them": states.get(Status.SKIPPED, 0),
    }
    before = Tally.objects.filter(kind=Tally.Kind.SENDING, day=edition.day).first()
    seconds = (now - before.counted_at).total_seconds() if before else 0
    sent = went_out - before.counts.get("sent", 0) if before else 0
    counts["a second"] = round(sent / seconds, 1) if seconds > 0 else 0
    _keep(Tally.Kind.SENDING, edition.day, counts, now)


def _keep(kind: str, day: date, counts: Mapping[str, float], now: datetime) -> None:
    Tally.objects.update_or_create(kind=kind, day=day, defaults={"counts": dict(counts), "counted_at": now})
