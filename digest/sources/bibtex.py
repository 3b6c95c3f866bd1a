"""BibTeX, such as a reference manager writes it."""

import re
from datetime import UTC, datetime

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, Entry
from django.utils import timezone

from digest.models import PaperIdentifier
from digest.sources import arxiv, arxiv_id
from digest.sources.links import web_address
from digest.sources.page import Page
from digest.sources.record import PaperRecord, SourceError, believable, doi, key_of_title, storable

NAME = "bibtex"
LONGEST_TITLE = 1000
# The library parses in one go; the files of reference managers are smaller.
LARGEST = 5 * 2**20
# A group of plain text, and the command it belongs to, if it does.
_KEPT_CASE = re.compile(r"(\\[A-Za-z]+\s*|\\[^A-Za-z\s]\s*)?\{([^{}\\$]*)\}")


def read(text: str) -> Page:
    """Return the papers of a BibTeX file, in its order; an entry that cannot be read is skipped, with its line."""
    if len(text) > LARGEST:
        raise SourceError(f"expected a file of at most {LARGEST // 2**20} MB")
    library = parse_string(storable(text))
    records: list[PaperRecord] = []
    skipped: list[str] = []
    for block in library.failed_blocks:
        why = "another entry has this key" if isinstance(block, DuplicateBlockKeyBlock) else "no entry that can be read"
        skipped.append(f"line {(block.start_line or 0) + 1}: {why}: “{(block.raw or '').strip()[:60]}”")
    for entry in library.entries:
        try:
            records.append(_record(entry))
        except SourceError as error:
            skipped.append(f"line {(entry.start_line or 0) + 1}, {entry.key}: {error}")
    if not records and not skipped:
        raise SourceError("expected BibTeX entries, such as @article{key, title = {…}}, found none")
    return Page(records, skipped)


def _record(entry: Entry) -> PaperRecord:
    # Names of fields are the same in any case.
    fields = {field.key.lower(): str(field.value) for field in entry.fields}
    title = _text(fields.get("title", ""))
    if not title:
        raise SourceError("expected a title, found none")
    if len(title) > LONGEST_TITLE:
        raise SourceError(f"expected a title of at most {LONGEST_TITLE} characters")
    identifiers, version = _identifiers(fields, title)
    return PaperRecord.read(
        title,
        _text(fields.get("abstract", "")),
        source=NAME,
        identifiers=identifiers,
        authors=tuple(_names(fields.get("author", ""))),
        categories=tuple(fields.get("primaryclass", "").split()),
        code_url=web_address(fields.get("code", "")),
        published_at=_published(fields),
        version=version,
    )


def _identifiers(fields: dict[str, str], title: str) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return by what the paper is known, and the arXiv version; a paper without an id is known by its title."""
    is_arxiv = fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).lower() == "arxiv"
    places = [fields.get("eprint", "") if is_arxiv else "", fields.get("doi", ""), fields.get("url", "")]
    places += re.findall(r"arXiv:\S+", " ".join((fields.get("journal", ""), fields.get("note", ""))))
    found = next(filter(None, map(arxiv_id.read, places)), None)
    name = doi(fields.get("doi", ""))
    if found:
        return arxiv.identifiers(found.value, name), found.version
    if name:
        return ((PaperIdentifier.Scheme.DOI.value, name),), 0
    return ((PaperIdentifier.Scheme.TITLE.value, key_of_title(title)),), 0


def _names(authors: str) -> list[str]:
    """Return the names in reading order: “Erdős, Paul” is Paul Erdős."""
    names = []
    for name in re.split(r"\s+and\s+(?![^{]*\})", " ".join(authors.split())):
        parts = [part.strip() for part in re.split(r",(?![^{]*\})", name)]
        # “von Last, Jr., First”
        ordered = [parts[-1], *parts[:-1]] if len(parts) > 1 else parts
        names.append(" ".join(ordered).strip())
    return [name for name in names if name and name.lower() != "others"]


def _published(fields: dict[str, str]) -> datetime | None:
    """Return the first moment of the year or the day; None where there is none, or none to believe."""
    text = fields.get("date", "") or fields.get("year", "")
    found = re.match(r"\{?(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text.strip())
    if not found:
        return None
    try:
        moment = datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1), tzinfo=UTC)
    except ValueError:
        return None
    return believable(moment, timezone.now())


def _text(value: str) -> str:
    """Return the text on one line, without the braces that only keep the case of a word, as in On {G}raphs."""
    parts = re.split(r"(\$[^$]*\$)", " ".join(value.split()))
    parts[::2] = [_KEPT_CASE.sub(lambda found: found[0] if found[1] else found[2], part) for part in parts[::2]]
    return "".join(parts)
