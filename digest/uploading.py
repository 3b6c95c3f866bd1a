"""Papers that a curator brings: BibTeX, or a list of arXiv ids. Looked at first, then imported."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest import gathering
from digest.models import PaperIdentifier, SourceRun
from digest.sources import arxiv_api, bibtex, id_list
from digest.sources.fetching import SHORT_WAITS, Fetcher
from digest.sources.page import Page
from digest.sources.record import PaperRecord, SourceError

# Each hundred is one request to arXiv, and somebody waits for it.
MOST_IDS = 300
_BIBTEX = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]", re.M)

ARXIV = PaperIdentifier.Scheme.ARXIV.value


class BusyError(Exception):
    """Another upload is being imported."""


@dataclass(frozen=True)
class Upload:
    """What was uploaded, read: the papers of BibTeX, or ids that are to be asked for; and what could not be read."""

    kind: str
    records: list[PaperRecord] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outlook:
    """What an import would do: how each paper is called, and whether it is known."""

    upload: Upload
    papers: list[tuple[str, bool]]


def read(text: str) -> Upload:
    """Return what the text holds, BibTeX or ids. SourceError where it holds neither, or too much."""
    if _BIBTEX.search(text):
        page = bibtex.read(text)
        return Upload(bibtex.NAME, records=page.records, skipped=page.skipped)
    found = id_list.read(text)
    if not found.ids:
        raise SourceError("; ".join(found.skipped[:3]) or "expected BibTeX or arXiv ids, found nothing")
    if len(found.ids) > MOST_IDS:
        raise SourceError(f"expected at most {MOST_IDS} ids at a time, found {len(found.ids)}")
    return Upload("ids", ids=found.ids, skipped=found.skipped)


def look(upload: Upload) -> Outlook:
    """Return what an import would do. Nothing is written, and nobody is asked."""
    names = [(record.title, record.identifiers) for record in upload.records]
    names += [(f"arXiv:{value}", ((ARXIV, value),)) for value in upload.ids]
    values = {value for _, identifiers in names for _, value in identifiers}
    known = set(PaperIdentifier.objects.filter(value__in=values).values_list("scheme", "value"))
    return Outlook(upload, [(name, bool(known & set(identifiers))) for name, identifiers in names])


def take(upload: Upload) -> SourceRun:
    """Import it; return the run. BusyError where another upload is at work."""
    run = SourceRun.objects.begin(upload.kind, "")
    if run is None:
        raise BusyError
    gathering.take(run, _pages(upload))
    return run


def _pages(upload: Upload) -> Iterator[Page]:
    yield Page(upload.records, upload.skipped)
    if upload.ids:
        yield from arxiv_api.pages_of_ids(Fetcher(arxiv_api.turn, waits=SHORT_WAITS), upload.ids)
