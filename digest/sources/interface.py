"""The interface of a source, and the kinds there are: each a file in this folder, named in config/sources.py."""

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

DEFAULT_POLL_INTERVAL = timedelta(hours=1)


class SourceModule(Protocol):
    """What every source file has. SourceKind reads the optional parts."""

    NAME: str

    def pages(self, fetcher: Fetcher, place: HarvestPosition) -> Iterator[HarvestPage]:
        """Yield its pages from a position on. Raises SourceError if it cannot continue."""


@dataclass(frozen=True)
class SourceKind:
    """A kind of source, from its file, with defaults for what the file leaves out."""

    module: SourceModule

    @property
    def name(self) -> str:
        """Its name in settings and runs."""
        return self.module.NAME

    @property
    def title(self) -> str:
        """Its name for people."""
        return str(getattr(self.module, "TITLE", self.name))

    @property
    def poll_interval(self) -> timedelta:
        """How long after a run it is queried again."""
        return cast(timedelta, getattr(self.module, "POLL_INTERVAL", DEFAULT_POLL_INTERVAL))

    @property
    def delay(self) -> timedelta | None:
        """How long after an announcement's mailing it has the papers; None if it has no announcements."""
        return getattr(self.module, "DELAY", None)

    @property
    def closes_days(self) -> bool:
        """Whether it has all papers of a day at some point, which its pages report in `complete_to`."""
        return self.delay is not None or bool(getattr(self.module, "CLOSES_DAYS", False))

    @property
    def origin(self) -> str:
        """The name under which it lists papers, as in Listing.origin."""
        return Listing.Origin.ARXIV.value if self.delay is not None else self.name

    @property
    def most_per_day(self) -> int:
        """How many papers it may list per day; 0: no limit."""
        return int(getattr(self.module, "MOST_PER_DAY", 0))

    @property
    def asks_about_known(self) -> bool:
        """Whether it only adds to known papers."""
        return bool(getattr(self.module, "ASKS_ABOUT_KNOWN", False))

    @property
    def query_help(self) -> str:
        """What its queries look like; "" if it cannot be queried in the panel."""
        return str(getattr(self.module, "QUERY_HELP", ""))

    def parts(self) -> list[str]:
        """Return the parts to request one after another, from the settings; [""] if there is only one."""
        own: Callable[[], list[str]] | None = getattr(self.module, "parts", None)
        return own() if own else list(settings.SOURCE_SETUPS[self.name].queries) or [""]

    def checked_query(self, query: str) -> str:
        """Return a typed query in the form the source is queried with; SourceError if it is not a valid query."""
        check: Callable[[str], str] | None = getattr(self.module, "checked_query", None)
        return check(query.strip()) if check else query.strip()

    def host(self, part: str) -> str:
        """Return the host that a part is requested from; "" if its file takes care of the turns."""
        address = settings.SOURCE_SETUPS[self.name].url or part
        return (urlsplit(address).hostname or "") if address.startswith(("http://", "https://")) else ""

    def turn(self, part: str) -> Callable[[], AbstractContextManager[None]]:
        """Return a function that waits for our turn at its host, called once for each request."""
        own: Callable[[], AbstractContextManager[None]] | None = getattr(self.module, "turn", None)
        return own or partial(turn_at_host, self.host(part) or self.name, settings.SOURCE_SETUPS[self.name].spacing)


@cache
def source_kind(name: str) -> SourceKind:
    """Return the kind with this name; KeyError if there is none."""
    return SourceKind(cast(SourceModule, import_module(f"digest.sources.{KINDS[name].module}")))


def source_kinds() -> dict[str, SourceKind]:
    """Return all kinds, by name."""
    return {name: source_kind(name) for name in KINDS}


def arxiv_kinds() -> dict[str, SourceKind]:
    """Return the kinds that bring arXiv's announcements."""
    return {name: kind for name, kind in source_kinds().items() if kind.delay is not None}
