"""The kinds of sources: each a file in this folder with one interface, named in config/sources.py."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings

from config.sources import KINDS
from digest.models import Listing
from digest.sources.fetching import Fetcher
from digest.sources.host_turns import turn_at_host
from digest.sources.page import HarvestPage, HarvestPosition

HOURLY = timedelta(hours=1)


class SourceModule(Protocol):
    """What each file of a source has. What else it may have, SourceKind reads."""

    NAME: str

    def pages(self, fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
        """Yield what it has from a place on. Raises SourceError where it cannot go on."""


@dataclass(frozen=True)
class SourceKind:
    """A kind of source by its file, with what the file leaves to the usual."""

    module: SourceModule

    @property
    def name(self) -> str:
        """What settings and runs call it."""
        return self.module.NAME

    @property
    def title(self) -> str:
        """What people call it."""
        return str(getattr(self.module, "TITLE", self.name))

    @property
    def every(self) -> timedelta:
        """How long after a run it is asked again."""
        return cast(timedelta, getattr(self.module, "EVERY", HOURLY))

    @property
    def delay(self) -> timedelta | None:
        """How long after the mailing of an announcement it has that; None where it announces nothing."""
        return getattr(self.module, "DELAY", None)

    @property
    def closes_days(self) -> bool:
        """Whether it has all papers of a day at some moment, which its pages name in `complete_to`."""
        return self.delay is not None or bool(getattr(self.module, "CLOSES_DAYS", False))

    @property
    def origin(self) -> str:
        """By which name it lists papers, as in Listing.origin."""
        return Listing.Origin.ARXIV.value if self.delay is not None else self.name

    @property
    def most_per_day(self) -> int:
        """How many papers of a day it may list; 0: no limit."""
        return int(getattr(self.module, "MOST_PER_DAY", 0))

    @property
    def asks_about_known(self) -> bool:
        """Whether it tells more of papers that are known, and of no others."""
        return bool(getattr(self.module, "ASKS_ABOUT_KNOWN", False))

    @property
    def query_help(self) -> str:
        """What one can ask it for; "" where nothing can be asked for in the panel."""
        return str(getattr(self.module, "QUERY_HELP", ""))

    def parts(self) -> list[str]:
        """Return what it is asked for one after another, by the settings; [""] where it is one."""
        own: Callable[[], list[str]] | None = getattr(self.module, "parts", None)
        return own() if own else list(settings.SOURCE_SETUPS[self.name].queries) or [""]

    def checked_query(self, query: str) -> str:
        """Return what somebody typed as it is asked for; SourceError where nothing can be asked for by it."""
        check: Callable[[str], str] | None = getattr(self.module, "checked_query", None)
        return check(query.strip()) if check else query.strip()

    def host(self, part: str) -> str:
        """Return the host that a part is asked at; "" where its file sees to the turns."""
        address = settings.SOURCE_SETUPS[self.name].url or part
        return (urlsplit(address).hostname or "") if address.startswith(("http://", "https://")) else ""

    def turn(self, part: str) -> Callable[[], AbstractContextManager[None]]:
        """Return what waits for our turn at its host, once for each request."""
        own: Callable[[], AbstractContextManager[None]] | None = getattr(self.module, "turn", None)
        return own or partial(turn_at_host, self.host(part) or self.name, settings.SOURCE_SETUPS[self.name].spacing)


@cache
def source_kind(name: str) -> SourceKind:
    """Return the kind of this name; KeyError where there is none."""
    return SourceKind(cast(SourceModule, import_module(f"digest.sources.{KINDS[name].module}")))


def source_kinds() -> dict[str, SourceKind]:
    """Return all of them, by name."""
    return {name: source_kind(name) for name in KINDS}


def arxiv_kinds() -> dict[str, SourceKind]:
    """Return those that bring arXiv's announcements."""
    return {name: kind for name, kind in source_kinds().items() if kind.delay is not None}
