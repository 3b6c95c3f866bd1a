"""The sources to harvest: those in the settings, and those added in the panel."""

from dataclasses import dataclass, replace

from django.conf import settings

from digest.models import FollowedSource
from digest.sources.interface import source_kind, source_kinds
from digest.sources.page import HarvestPage


@dataclass(frozen=True)
class SourceInUse:
    """One part of a source, with the panel's row that requests it, if there is one."""

    kind: str
    part: str
    followed: FollowedSource | None = None

    @property
    def origin(self) -> str:
        """The name under which it lists papers, as in Listing.origin."""
        return self.followed.origin if self.followed else source_kind(self.kind).origin

    @property
    def most_per_day(self) -> int:
        """How many papers it may list per day; 0: no limit."""
        return self.followed.most_per_day if self.followed else source_kind(self.kind).most_per_day

    def labeled(self, page: HarvestPage) -> HarvestPage:
        """Return the page with the papers listed under this source's own name."""
        if not self.followed:
            return page
        records = [replace(record, origin=self.origin) if record.origin else record for record in page.records]
        return replace(page, records=records)


def in_use(kind: str, part: str) -> SourceInUse:
    """Return a part of a source, with its row in the panel if the settings do not name it."""
    if kind in settings.SOURCES and part in source_kind(kind).parts():
        return SourceInUse(kind, part)
    return SourceInUse(kind, part, FollowedSource.objects.filter(kind=kind, query=part).first())


def sources_in_use() -> list[SourceInUse]:
    """Return all sources to query, those in the settings first."""
    named = [SourceInUse(name, part) for name in settings.SOURCES for part in source_kind(name).parts()]
    places = {(source.kind, source.part) for source in named}
    added = [SourceInUse(row.kind, row.query, row) for row in FollowedSource.objects.active()]
    kinds = source_kinds()
    return [*named, *(source for source in added if source.kind in kinds and (source.kind, source.part) not in places)]


def origins_into_drafts() -> set[str]:
    """Return the names under which sources list papers that go into drafts."""
    return {*settings.EDITION_FROM, *(row.origin for row in FollowedSource.objects.filter(into_drafts=True))}
