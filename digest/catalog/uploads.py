"""Papers that a curator uploads: a reference manager's file, or arXiv ids. Previewed first, then imported."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from digest.catalog import harvesting
from digest.catalog.claimed_ids import without_others_ids
from digest.catalog.library_files import reader_of
from digest.models import Edition, PaperIdentifier, SourceRun
from digest.sources import arxiv_api, bibtex, decoding, id_list
from digest.sources.fetching import SHORT_WAITS, Fetcher
from digest.sources.page import HarvestPage
from digest.sources.record import PaperRecord, SourceError

# Each hundred takes one request to arXiv, and someone is waiting.
MOST_IDS = 300
MAX_UPLOAD_BYTES = bibtex.MAX_BIBTEX_BYTES
SUPPORTED_FORMATS = "BibTeX, RIS, CSL-JSON, EndNote, Zotero RDF, PubMed, CSV or arXiv IDs"
_OF_ANOTHER_KIND = re.compile(
    r"\s*+(?:(?P<html><!doctype html|<html)|(?P<XML><\?xml|<\w+[\s>])"
    r"|(?P<CSV>(?:\"?[\w ]++\"?[,;\t]){3,}))",
    re.I,
)

ARXIV_ID_SCHEME = PaperIdentifier.Scheme.ARXIV.value


class BusyError(Exception):
    """Another upload is being imported."""


@dataclass(frozen=True)
class Upload:
    """A parsed upload: the papers of a file, or ids to request; and what could not be read."""

    kind: str
    records: list[PaperRecord] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    # What was read anyway, and what had to be done to read it.
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outlook:
    """Preview of an import: each paper's title, and whether it is known."""

    upload: Upload
    papers: list[tuple[str, bool]]


def read_bytes(body: bytes) -> Upload:
    """Return what a file contains, as parse_upload does, whatever encoding it is in."""
    if len(body) > MAX_UPLOAD_BYTES:
        raise SourceError(f"expected a file of at most {MAX_UPLOAD_BYTES // 2**20} MB")
    text, remarks = decoding.decode_body(body)
    upload = parse_upload(text)
    upload.remarks[:0] = remarks
    return upload


def parse_upload(text: str) -> Upload:
    """Return what the text contains, judging by its content. SourceError if nothing is recognised, or too much."""
    reader = reader_of(text)
    if reader:
        return _of(reader.NAME, reader.read(text))
    id_entries = id_list.parse_id_list(text)
    if not id_entries.ids:
        kind = _OF_ANOTHER_KIND.match(text)
        if kind and kind["CSV"]:
            raise SourceError(f"expected {SUPPORTED_FORMATS}, found a table without a column named Title or DOI")
        if kind:
            raise SourceError(f"expected {SUPPORTED_FORMATS}, found what looks like {kind.lastgroup!s}")
        raise SourceError("; ".join(id_entries.skipped[:3]) or f"expected {SUPPORTED_FORMATS}, found nothing")
    if len(id_entries.ids) > MOST_IDS:
        raise SourceError(f"expected at most {MOST_IDS} IDs at a time, found {len(id_entries.ids)}")
    return Upload("ids", ids=id_entries.ids, skipped=id_entries.skipped)


def _of(kind: str, page: HarvestPage) -> Upload:
    return Upload(kind, page.records, skipped=page.skipped, remarks=page.remarks)


def outlook_of(upload: Upload) -> Outlook:
    """Return a preview of the import. Nothing is written, and no source is queried."""
    names = [(record.title, record.identifiers) for record in without_others_ids(upload.records)[0]]
    names += [(f"arXiv:{value}", ((ARXIV_ID_SCHEME, value),)) for value in upload.ids]
    values = {value for _, identifiers in names for _, value in identifiers}
    existing = set(PaperIdentifier.objects.filter(value__in=values).values_list("scheme", "value"))
    return Outlook(upload, [(name, bool(existing & set(identifiers))) for name, identifiers in names])


def touched(upload: Upload) -> QuerySet[Edition]:
    """Return the editions with papers that the uploaded records are about."""
    values = {value for record in upload.records for _, value in record.identifiers}
    return Edition.objects.filter(entries__paper__identifiers__value__in=values).distinct()


def import_upload(upload: Upload) -> SourceRun:
    """Import an upload; return the run. BusyError if another one is being imported."""
    run = SourceRun.objects.begin(upload.kind, "")
    if run is None:
        raise BusyError
    harvesting.ingest_pages(run, _pages(upload))
    return run


def _pages(upload: Upload) -> Iterator[HarvestPage]:
    yield HarvestPage(upload.records, upload.skipped, upload.remarks)
    if upload.ids:
        yield from arxiv_api.pages_of_ids(Fetcher(arxiv_api.turn, waits=SHORT_WAITS), upload.ids)
