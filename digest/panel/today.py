"""What the first page of the panel shows: today's edition, its sending, who came and went."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.formats import date_format

from digest import broker
from digest.models import Edition, EditionPaper, SourceRun, Submission, Tally
from digest.panel import charts

DAYS = 60
EDITIONS = 14
RUNS = 60
# All is counted every ten minutes.
SILENCE = timedelta(minutes=15)
# More are told as so many.
PROPOSED = 100


@dataclass(frozen=True)
class Rate:
    """A share of what was sent, and how much of it is allowed; both in percent, 0 for no limit."""

    name: str
    share: float
    limit: float

    @property
    def is_near(self) -> bool:
        """Whether it is more than half of what is allowed."""
        return bool(self.limit) and self.share > self.limit / 2

    @property
    def is_over(self) -> bool:
        """Whether it is more than what is allowed."""
        return bool(self.limit) and self.share > self.limit


def figures(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return what somebody may see of today; nothing is counted here."""
    today = now.astimezone(UTC).date()
    found: dict[str, Any] = {"has_role": request.user.is_superuser or bool(request.user.get_all_permissions())}
    if request.user.has_perm("digest.view_edition"):
        found["editions"] = editions(today)
        found |= sending(now) | opens(now)
        found["rankers"] = Tally.objects.filter(kind=Tally.Kind.RANKERS).first()
    if request.user.has_perm("digest.view_sourcerun"):
        found["runs"] = last_runs()
    if request.user.has_perm("digest.view_submission"):
        # Few are open, and they have an index.
        queued = Submission.objects.filter(decided_at=None, status=Submission.Status.QUEUED)
        found["proposed"] = len(queued.order_by().values_list("pk", flat=True)[:PROPOSED])
    if request.user.has_perm("digest.view_delivery"):
        found |= {"queues": broker.waiting(), "silent_since": silent_since(now)}
    if request.user.has_perm("subscriptions.view_subscriber"):
        found |= subscribers(now)
    return found


def editions(today: date) -> list[tuple[Edition, int]]:
    """Return the editions from yesterday on, each with how many papers it shows."""
    found = list(Edition.objects.filter(day__gte=today - timedelta(days=1)).order_by("day")[:5])
    entries = EditionPaper.objects.shown().filter(edition__in=found).order_by()
    shown = Counter(entries.values_list("edition", flat=True))
    return [(edition, shown[edition.pk]) for edition in found]


def last_runs() -> list[SourceRun]:
    """Return the last run of each part of each source, of the newest runs."""
    last: dict[tuple[str, str], SourceRun] = {}
    for run in SourceRun.objects.order_by("-pk")[:RUNS]:
        last.setdefault((run.source, run.part), run)
    return sorted(last.values(), key=lambda run: (run.source, run.part))


def silent_since(now: datetime) -> datetime | None:
    """Return when something was counted last, if that should have happened again meanwhile; else None."""
    last = Tally.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()
    return last if last and now - last > SILENCE else None


def sending(now: datetime) -> dict[str, Any]:
    """Return the figures of the newest edition's digests, their rates, and a chart of those before."""
    begin = now.astimezone(UTC).date() - timedelta(days=2 * EDITIONS)
    tallies = list(Tally.objects.filter(kind=Tally.Kind.SENDING, day__gte=begin)[:EDITIONS])
    tallies.reverse()
    if not tallies:
        return {}
    newest = tallies[-1]
    series = {
        "went out": [of(tally, "sent") for tally in tallies],
        "waiting": [of(tally, "waiting") + of(tally, "in hand") for tally in tallies],
        "failed or uncertain": [of(tally, "failed") + of(tally, "uncertain") for tally in tallies],
    }
    return {
        "newest": newest,
        "rates": rates(newest),
        "sending_chart": charts.bars([date_format(tally.day, "j M") for tally in tallies], series),
        "sending_rows": list(zip([tally.day for tally in tallies], *series.values(), strict=True)),
    }


def rates(tally: Tally) -> list[Rate]:
    """Return what came back of an edition, against the limits of the breaker."""
    sent = max(of(tally, "sent"), 1)
    return [
        Rate("delivered", 100 * of(tally, "delivered") / sent, 0),
        Rate("bounced", 100 * of(tally, "bounced") / sent, 100 * settings.BREAKER_BOUNCES),
        Rate("complained", 100 * of(tally, "complained") / sent, 100 * settings.BREAKER_COMPLAINTS),
    ]


def opens(now: datetime) -> dict[str, Any]:
    """Return what readers opened who allow that to be noted, and a chart of it; nothing where nobody ever did."""
    begin = now.astimezone(UTC).date() - timedelta(days=DAYS)
    tallies = list(Tally.objects.filter(kind=Tally.Kind.OPENS, day__gte=begin).order_by("day"))
    if not any(of(tally, "allowing") for tally in tallies):
        return {}
    values = [of(tally, "opened") for tally in tallies]
    return {
        "opens": tallies[-1],
        "opens_chart": charts.bars([date_format(tally.day, "j M") for tally in tallies], {"opened": values}),
        "opens_rows": [
            (tally.day, *(of(tally, name) for name in ("allowing", "readers", "opened"))) for tally in reversed(tallies)
        ],
    }


def subscribers(now: datetime) -> dict[str, Any]:
    """Return how many there are, and charts of who came and went."""
    begin = now.astimezone(UTC).date() - timedelta(days=DAYS)
    tallies = list(Tally.objects.filter(kind=Tally.Kind.SUBSCRIBERS, day__gte=begin).order_by("day"))
    if not tallies:
        return {}
    labels = [date_format(tally.day, "j M") for tally in tallies]
    gone = {"left": [of(tally, "left") for tally in tallies], "lost": [of(tally, "lost") for tally in tallies]}
    return {
        "counted": tallies[-1],
        "active_chart": charts.line(labels, [of(tally, "active") for tally in tallies]),
        "new_chart": charts.bars(labels, {"new": [of(tally, "new") for tally in tallies]}),
        "gone_chart": charts.bars(labels, gone),
        "subscriber_rows": [
            (tally.day, *(of(tally, name) for name in ("active", "new", "left", "lost"))) for tally in reversed(tallies)
        ],
    }


def of(tally: Tally, name: str) -> float:
    """Return one count; 0 where it is none of its time."""
    return float(tally.counts.get(name, 0))
