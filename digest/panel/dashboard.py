"""The first page of the panel: to-do list, sending, editions, sources, subscribers; digest.metrics.tallies counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.formats import date_format

from digest.metrics import queues
from digest.models import Edition, EditionPaper, SourceRun, Tally
from digest.panel import charts, sent_today, todo
from digest.panel.edition_state import state_template

CHART_DAYS = 60
EDITIONS_IN_CHART = 14
RUNS_LISTED = 60
# Everything is counted at least every ten minutes.
STALE_AFTER = timedelta(minutes=15)
# Labels of the counts: for today's figures, and as column headings.
OPENS_TODAY_LABELS = {
    "allowing": "readers who allow it",
    "opened": "papers opened today",
    "readers": "readers who opened one today",
}
OPENS_LABELS = {"allowing": "Readers who allow it", "readers": "Readers who opened one", "opened": "Papers opened"}
SENDING_LABELS = {
    "planned": "planned",
    "waiting": "waiting",
    "in hand": "sending now",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "uncertain": "uncertain",
    "cancelled": "cancelled",
    "bounced": "bounced",
    "complained": "marked as spam",
    "nothing for them": "no match",
    "a second": "per second",
}
SUBSCRIBERS_TODAY_LABELS = {
    "active": "active",
    "new": "new today",
    "left": "unsubscribed today",
    "lost": "bounced or complained today",
}
SUBSCRIBERS_LABELS = {"active": "Active", "new": "New", "left": "Unsubscribed", "lost": "Bounced or complained"}


@dataclass(frozen=True)
class Rate:
    """A share of the sent digests and its limit, both in percent; a limit of 0 means none."""

    name: str
    share: float
    limit: float

    @property
    def is_near(self) -> bool:
        """Whether the share is more than half the limit."""
        return bool(self.limit) and self.share > self.limit / 2

    @property
    def is_over(self) -> bool:
        """Whether the share is above the limit."""
        return bool(self.limit) and self.share > self.limit

    @property
    def level(self) -> str:
        """How the rate is shown: bad, warn or good."""
        return "bad" if self.is_over else "warn" if self.is_near else "good"


@dataclass(frozen=True)
class StatisticsTable:
    """The figures behind a chart: a day and its counts in each row."""

    columns: list[str]
    rows: list[tuple[date, list[float]]]

    @classmethod
    def of(cls, first: str, tallies: list[Tally], columns: dict[str, str]) -> "StatisticsTable":
        """Return a table of tallies; `columns` maps each count to its heading."""
        return cls(
            [first, *columns.values()],
            [(tally.day, [tally_value(tally, name) for name in columns]) for tally in tallies],
        )


def dashboard_context(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return the parts of the first page that the user may see. Nothing is counted here."""
    today = now.astimezone(UTC).date()
    context: dict[str, Any] = {"has_role": request.user.is_superuser or bool(request.user.get_all_permissions())}
    editions: list[tuple[Edition, int, str]] = []
    if request.user.has_perm("digest.view_edition"):
        editions = context["editions"] = current_editions(today)
        context["unseen"] = list(Edition.objects.changed_unseen()[:EDITIONS_IN_CHART])
        context |= sending(now) | opens(now)
        context["rankers"] = Tally.objects.filter(kind=Tally.Kind.RANKERS).first()
    if request.user.has_perm("digest.view_sourcerun"):
        context["runs"] = last_runs()
    if request.user.has_perm("digest.view_delivery"):
        waiting = sent_today.queue_figures(queues.waiting())
        context |= {
            "sent_today": sent_today.figures_sent_today(now),
            "queues": waiting,
            "is_idle": waiting is not None and not any(waiting.values()),
            "beat_silent_since": sent_today.beat_silent_since(now),
            "silent_since": silent_since(now),
        }
    if request.user.has_perm("subscriptions.view_subscriber"):
        context |= subscribers(now)
    shown = [(edition, number) for edition, number, _ in editions]
    context["todo"] = todo.todo_items(request, shown, context.get("runs", []), now)
    return context


def current_editions(today: date) -> list[tuple[Edition, int, str]]:
    """Return the editions from yesterday on, each with its number of visible papers and the template for its state."""
    recent = list(Edition.objects.filter(day__gte=today - timedelta(days=1)).order_by("day")[:5])
    entries = EditionPaper.objects.shown().filter(edition__in=recent).order_by()
    shown = Counter(entries.values_list("edition", flat=True))
    return [(edition, shown[edition.pk], state_template(edition)) for edition in recent]


def last_runs() -> list[SourceRun]:
    """Return the last run of each part of each source, among the newest RUNS_LISTED runs."""
    last: dict[tuple[str, str], SourceRun] = {}
    for run in SourceRun.objects.order_by("-pk")[:RUNS_LISTED]:
        last.setdefault((run.source, run.part), run)
    return sorted(last.values(), key=lambda run: (run.source, run.part))


def silent_since(now: datetime) -> datetime | None:
    """Return when anything was last counted, if another count is overdue; otherwise None."""
    last = Tally.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()
    return last if last and now - last > STALE_AFTER else None


def sending(now: datetime) -> dict[str, Any]:
    """Return the figures and rates of the newest edition's digests, and a chart with the editions before it."""
    tallies = list(Tally.objects.filter(kind=Tally.Kind.SENDING, day__lte=now.date())[:EDITIONS_IN_CHART])
    tallies.reverse()
    if not tallies:
        return {}
    newest = tallies[-1]
    series = {
        "sent": [tally_value(tally, "sent") for tally in tallies],
        "waiting": [tally_value(tally, "waiting") + tally_value(tally, "in hand") for tally in tallies],
        "failed or uncertain": [tally_value(tally, "failed") + tally_value(tally, "uncertain") for tally in tallies],
    }
    return {
        "newest": newest,
        "sending_figures": sending_figures(newest),
        "rates": rates(newest),
        "sending_chart": charts.bar_chart([date_format(tally.day, "j M") for tally in tallies], series),
        "sending_table": StatisticsTable(
            ["Edition", *[name.capitalize() for name in series]],
            list(zip([tally.day for tally in tallies], map(list, zip(*series.values(), strict=True)), strict=True)),
        ),
    }


def sending_figures(tally: Tally) -> dict[str, float]:
    """Return the figures of an edition's digests by label."""
    return {words: tally_value(tally, name) for name, words in SENDING_LABELS.items()}


def rates(tally: Tally) -> list[Rate]:
    """Return an edition's rates of delivered, bounced and complained digests, with the breaker's limits."""
    sent = max(tally_value(tally, "sent"), 1)
    return [
        Rate("delivered", 100 * tally_value(tally, "delivered") / sent, 0),
        Rate("bounced", 100 * tally_value(tally, "bounced") / sent, 100 * settings.BREAKER_BOUNCES),
        Rate("marked as spam", 100 * tally_value(tally, "complained") / sent, 100 * settings.BREAKER_COMPLAINTS),
    ]


def opens(now: datetime) -> dict[str, Any]:
    """Return the opens by readers who allow them to be recorded, with a chart; nothing if no reader ever did."""
    begin = now.astimezone(UTC).date() - timedelta(days=CHART_DAYS)
    tallies = list(Tally.objects.filter(kind=Tally.Kind.OPENS, day__gte=begin).order_by("day"))
    if not any(tally_value(tally, "allowing") for tally in tallies):
        return {}
    values = [tally_value(tally, "opened") for tally in tallies]
    return {
        "opens": tallies[-1],
        "opens_chart": charts.bar_chart([date_format(tally.day, "j M") for tally in tallies], {"opened": values}),
        "opens_figures": {words: tally_value(tallies[-1], name) for name, words in OPENS_TODAY_LABELS.items()},
        "opens_table": StatisticsTable.of("Day", tallies[::-1], OPENS_LABELS),
    }


def subscribers(now: datetime) -> dict[str, Any]:
    """Return the subscriber counts, and charts of active, new and lost subscribers."""
    begin = now.astimezone(UTC).date() - timedelta(days=CHART_DAYS)
    tallies = list(Tally.objects.filter(kind=Tally.Kind.SUBSCRIBERS, day__gte=begin).order_by("day"))
    if not tallies:
        return {}
    labels = [date_format(tally.day, "j M") for tally in tallies]
    departures = {
        "unsubscribed": [tally_value(tally, "left") for tally in tallies],
        "bounced or complained": [tally_value(tally, "lost") for tally in tallies],
    }
    return {
        "counted": tallies[-1],
        "active_chart": charts.line_chart(labels, [tally_value(tally, "active") for tally in tallies]),
        "new_chart": charts.bar_chart(labels, {"new": [tally_value(tally, "new") for tally in tallies]}),
        "gone_chart": charts.bar_chart(labels, departures),
        "subscriber_figures": {
            words: tally_value(tallies[-1], name) for name, words in SUBSCRIBERS_TODAY_LABELS.items()
        },
        "subscriber_table": StatisticsTable.of("Day", tallies[::-1], SUBSCRIBERS_LABELS),
    }


def tally_value(tally: Tally, name: str) -> float:
    """Return one count; 0 if it did not exist yet when the tally was made."""
    return float(tally.counts.get(name, 0))
