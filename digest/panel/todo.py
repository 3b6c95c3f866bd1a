"""The to-do list on the panel's first page: a sentence and a link for each item, most urgent first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst

from digest.models import Delivery, Edition, SourceRun, Submission

# More than this are shown as “Over 100”.
MAX_COUNTED = 100


@dataclass(frozen=True)
class TodoItem:
    """One thing to do: its urgency (bad, warn, muted), a sentence, and the page to do it on."""

    level: str
    text: str
    url: str


def todo_items(
    request: HttpRequest, editions: Sequence[tuple[Edition, int]], runs: Sequence[SourceRun], now: datetime
) -> list[TodoItem]:
    """Return the to-do items that the user may act on, most urgent first.

    editions: those from yesterday on, each with its number of visible papers; runs: the last one of each source.
    """
    items: list[TodoItem] = []
    if request.user.has_perm("digest.view_edition"):
        items += _halted(editions)
        items += _next_edition(editions, now, may_add=request.user.has_perm("digest.add_edition"))
    if request.user.has_perm("digest.view_submission"):
        items += _submissions()
    if request.user.has_perm("digest.view_delivery"):
        items += _uncertain()
    if request.user.has_perm("digest.view_sourcerun"):
        items += _failed_sources(runs)
    return sorted(items, key=lambda item: ("bad", "warn", "muted").index(item.level))


def _halted(editions: Sequence[tuple[Edition, int]]) -> Iterator[TodoItem]:
    for edition, _ in editions:
        if edition.halted_at and not edition.cancelled_at:
            text = f"Sending is stopped for the edition of {_day(edition)}: {edition.halted_because}"
            yield TodoItem("bad", text, reverse("admin:publishing", args=[edition.pk]))


def _next_edition(editions: Sequence[tuple[Edition, int]], now: datetime, *, may_add: bool) -> Iterator[TodoItem]:
    today = now.astimezone(UTC).date()
    drafts = [(edition, shown) for edition, shown in editions if not edition.is_published]
    for edition, shown in drafts:
        yield _draft(edition, shown, today)
    if may_add and not any(edition.day > today for edition, _ in editions):
        text = "There’s no edition for tomorrow yet: create one"
        yield TodoItem("muted", text, reverse("admin:digest_edition_add"))


def _draft(edition: Edition, shown: int, today: date) -> TodoItem:
    whose, by = f"{capfirst(relative_day(edition.day, today))}’s edition", _moment(edition.publish_at, edition.day)
    board, page = reverse("admin:board", args=[edition.pk]), reverse("admin:publishing", args=[edition.pk])
    if edition.look_asked_by:
        return TodoItem("warn", f"{whose} needs approval: {edition.look_asked_by} asked for it", page)
    if edition.waits_for_approval:
        return TodoItem("warn", f"{whose} was changed, and another curator has to publish it", page)
    if not shown:
        return TodoItem("bad", f"{whose} is empty: add papers by {by}, or no digest goes out", board)
    papers = f"{shown} paper{'' if shown == 1 else 's'}"
    if edition.hour_set_by:
        return TodoItem("muted", f"{whose} has {papers} and is scheduled for {by}", page)
    return TodoItem("warn", f"{whose} has {papers}: publish it by {by}, or it goes out as it is", board)


def relative_day(day: date, today: date) -> str:
    """Return a day in words: yesterday, today, tomorrow, or its date."""
    words = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return words.get((day - today) // timedelta(days=1), date_format(day, "l, j F"))


def _moment(at: datetime, day: date) -> str:
    return date_format(at, "H:i" if at.date() == day else "j F, H:i") + " UTC"


def _day(edition: Edition) -> str:
    return date_format(edition.day, "j F Y")


def _submissions() -> Iterator[TodoItem]:
    # Cheap: few submissions are open, and they have an index.
    queued = Submission.objects.filter(decided_at=None, status=Submission.Status.QUEUED)
    number, words = _counted(queued)
    if number:
        text = f"{words} submission{'' if number == 1 else 's'} {'waits' if number == 1 else 'wait'} for a decision"
        yield TodoItem("warn", text, reverse("admin:queue"))


def _uncertain() -> Iterator[TodoItem]:
    # Cheap: few deliveries are ever uncertain, and they have an index.
    number, words = _counted(Delivery.objects.with_status(Delivery.Status.UNCERTAIN))
    if number:
        one = "is uncertain: it may have arrived, so it isn’t"
        many = "are uncertain: they may have arrived, so they aren’t"
        text = f"{words} digest{f' {one}' if number == 1 else f's {many}'} sent again automatically"
        yield TodoItem("warn", text, f"{reverse('admin:digest_delivery_changelist')}?status__exact=uncertain")


def _counted(rows: QuerySet[Delivery] | QuerySet[Submission]) -> tuple[int, str]:
    """Return the number of rows, and the same as text. Counting stops above MAX_COUNTED."""
    number = len(rows.order_by().values_list("pk", flat=True)[: MAX_COUNTED + 1])
    return number, f"Over {MAX_COUNTED}" if number > MAX_COUNTED else str(number)


def _failed_sources(runs: Sequence[SourceRun]) -> Iterator[TodoItem]:
    failed = [f"{run.source} {run.part}".strip() for run in runs if run.status == SourceRun.Status.FAILED]
    if failed:
        text = f"{len(failed)} source{'' if len(failed) == 1 else 's'} failed: {', '.join(failed)}"
        yield TodoItem("bad", text, f"{reverse('admin:digest_sourcerun_changelist')}?status__exact=failed")
