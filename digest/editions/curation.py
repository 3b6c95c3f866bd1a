"""What goes into an edition, in which order, and publishing it as it is."""

from datetime import date, datetime, timedelta
from itertools import count

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from digest.community import votes as voting
from digest.models import Edition, EditionPaper, Paper


class EmptyEditionError(Exception):
    """The edition has no paper to show."""


def publish_edition(edition: Edition, at: datetime) -> bool:
    """Publish the edition as it is; return whether this call did it. Raise EmptyEditionError if it shows nothing."""
    if not edition.entries.shown().exists():
        raise EmptyEditionError(f"{edition} has no papers to show")
    with transaction.atomic():
        published = edition.publish(at)
        if published:
            voting.count_votes(list(edition.papers.values_list("pk", flat=True)), at)
    return published


def add_to_next_edition(paper: Paper, at: datetime) -> Edition:
    """Put the paper at the end of the next draft, created if needed, unless it is in an edition; return its edition."""
    placed = EditionPaper.objects.select_related("edition").filter(paper=paper).first()
    if placed:
        return placed.edition
    draft = Edition.objects.filter(status=Edition.Status.DRAFT, day__gte=at.date()).order_by("day").first()
    if draft is None:
        draft = Edition.objects.create(day=free_day(at.date()))
    last = draft.entries.aggregate(last=Max("position"))["last"]
    EditionPaper.objects.create(edition=draft, paper=paper, position=0 if last is None else last + 1)
    return draft


def free_day(first: date) -> date:
    """Return the first day, starting with this one, that has no edition yet."""
    occupied = set(Edition.objects.filter(day__gte=first).values_list("day", flat=True))
    return next(day for day in (first + timedelta(days=number) for number in count()) if day not in occupied)


def order_by_votes(edition: Edition) -> None:
    """Order the papers by votes, then by their strongest topic, unless someone has already given them positions."""
    entries = list(edition.entries.all())
    if any(entry.position for entry in entries):
        return
    ranked = edition.entries.annotate(score=Coalesce(Max("paper__tags__score"), 0.0))
    worth = {pk: (votes, score) for pk, votes, score in ranked.values_list("pk", "paper__votes", "score")}
    # Sorting is stable: if both are equal, the order of the page stays.
    entries.sort(key=lambda entry: worth[entry.pk], reverse=True)
    for position, entry in enumerate(entries, start=1):
        entry.position = position
        # Bulk updates leave out auto_now.
        entry.updated_at = timezone.now()
    EditionPaper.objects.bulk_update(entries, ["position", "updated_at"])
