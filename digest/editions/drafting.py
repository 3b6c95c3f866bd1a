"""Papers that sources list → draft editions for their days; no curator's order or published edition is changed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from digest.catalog.sources_in_use import origins_into_drafts, sources_in_use
from digest.models import Edition, Listing, SourceRun
from digest.sources import arxiv
from digest.sources.interface import arxiv_kinds, source_kind

# Papers listed for an earlier day stay in the catalogue only.
CATCH_UP_WINDOW = timedelta(days=7)
# After this long, a day is accepted as it is, even if a source never had all of it.
COMPLETENESS_TIMEOUT = timedelta(days=1)


def draft(now: datetime) -> dict[date, int]:
    """Put the papers that sources list for the last days into draft editions; return the number added, by day.

    A paper goes into the edition of its day or, if that is already published, into the next draft. An arXiv day waits
    until one of the arXiv sources has all of it.
    """
    today = now.astimezone(UTC).date()
    listings = Listing.objects.filter(
        origin__in=origins_into_drafts(),
        day__range=(today - CATCH_UP_WINDOW, today + timedelta(days=1)),
        paper__entry=None,
        paper__withdrawn_at=None,
    )
    # There may be thousands that no edition wants, so their texts are not loaded.
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
    """Yield the listings whose day is settled and, for arXiv, whose primary category is one of the edition's."""
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
    """Return, by origin, the last day for which a source has delivered all papers; None if there is no such day.

    Sources that never complete a day are left out: what they list can be used at once.
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
    """Return the last announcement for which one arXiv source has delivered all parts; None if none has."""
    days = []
    for name, kind in arxiv_kinds().items():
        of_parts = [have.get((name, part)) for part in kind.parts()]
        if of_parts and all(of_parts):
            days.append(min(day for day in of_parts if day))
    return max(days, default=None)


def _draft_for(day: date) -> Edition | None:
    """Return the edition that a day's papers go into, locked; None if it is published and no later draft exists yet."""
    Edition.objects.get_or_create(day=day)
    drafts = Edition.objects.filter(status=Edition.Status.DRAFT, day__gte=day).order_by("day")
    return drafts.select_for_update().first()
