"""What the sources list → draft editions, each of its day; nobody's order is changed, nothing published is touched."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from digest.catalog.sources_in_use import origins_into_drafts, sources_in_use
from digest.models import Edition, Listing, SourceRun
from digest.sources import arxiv
from digest.sources.registry import arxiv_kinds, source_kind

# What is listed for an earlier day stays in the catalogue.
CATCH_UP_WINDOW = timedelta(days=7)
# After this long a day is taken as it is, though a source never had all of it.
COMPLETENESS_TIMEOUT = timedelta(days=1)


def draft(now: datetime) -> dict[date, int]:
    """Put what the sources list for the last days into draft editions; return how many papers went into which.

    A paper goes into the edition of its day, or, where that is out already, into the next draft. A day of arXiv's waits
    until one of its sources has all of it.
    """
    today = now.astimezone(UTC).date()
    listings = Listing.objects.filter(
        origin__in=origins_into_drafts(),
        day__range=(today - CATCH_UP_WINDOW, today + timedelta(days=1)),
        paper__entry=None,
        paper__withdrawn_at=None,
    )
    # There may be thousands that no edition wants: their texts stay where they are.
    listings = listings.select_related("paper").only("day", "origin", "paper__arxiv_categories")
    chosen = _chosen(listings.order_by("day", "pk"), now)
    added: dict[date, int] = {}
    for day, group in groupby(chosen, key=lambda listing: listing.day):
        papers = list({listing.paper_id: listing.paper for listing in group}.values())
        with transaction.atomic():
            edition = _draft_for(day)
            if edition:
                added[edition.day] = added.get(edition.day, 0) + edition.add(papers)
    return added


def _chosen(listings: QuerySet[Listing], now: datetime) -> Iterator[Listing]:
    """Yield those whose day is settled and, of arXiv's, whose primary category is one of the edition's."""
    categories = {arxiv.canonical_category(category) for category in settings.EDITION_CATEGORIES}
    complete_to = _complete_to()
    for listing in listings:
        if listing.origin == Listing.Origin.ARXIV:
            primary = arxiv.canonical_category(next(iter(listing.paper.arxiv_categories), ""))
            if primary not in categories:
                continue
        settled_to = complete_to.get(listing.origin, listing.day)
        waited = now >= datetime.combine(listing.day, datetime.min.time(), UTC) + COMPLETENESS_TIMEOUT
        if waited or (settled_to and listing.day <= settled_to):
            yield listing


def _complete_to() -> dict[str, date | None]:
    """Return, by origin, the last day of which a source has given all papers; None where it has of none.

    A source that has no such moment is left out: what it lists may go at once.
    """
    closing = [source for source in sources_in_use() if source_kind(source.kind).delay is None]
    closing = [source for source in closing if source_kind(source.kind).closes_days]
    names = {*arxiv_kinds(), *(source.kind for source in closing)}
    rows = SourceRun.objects.finished().filter(source__in=names).values_list("source", "part")
    have = {(source, part): day for source, part, day in rows.annotate(day=Max("complete_to")).order_by()}
    result: dict[str, date | None] = {Listing.Origin.ARXIV: _arxiv_complete_to(have)}
    for origin in {source.origin for source in closing}:
        days = [have.get((source.kind, source.part)) for source in closing if source.origin == origin]
        result[origin] = min((day for day in days if day), default=None) if all(days) else None
    return result


def _arxiv_complete_to(have: dict[tuple[str, str], date | None]) -> date | None:
    """Return the last announcement of which one source of arXiv's has given all parts; None where none has."""
    days = []
    for name, kind in arxiv_kinds().items():
        of_parts = [have.get((name, part)) for part in kind.parts()]
        if of_parts and all(of_parts):
            days.append(min(day for day in of_parts if day))
    return max(days, default=None)


def _draft_for(day: date) -> Edition | None:
    """Return the edition that papers of a day go into, locked; None where it is out and no later draft is there yet."""
    Edition.objects.get_or_create(day=day)
    drafts = Edition.objects.filter(status=Edition.Status.DRAFT, day__gte=day).order_by("day")
    return drafts.select_for_update().first()
