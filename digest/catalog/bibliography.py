"""What a reader brings: a reference manager's file, or IDs, DOIs, links and titles: parsed, matched and discarded.

None of it is written anywhere: not to the database, not to a file, not to the log.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models.functions import Lower

from digest.catalog.identifiers import LOCAL, WEB_ADDRESS_KIND, parse_paper_name
from digest.catalog.library_files import reader_of
from digest.catalog.uploads import SUPPORTED_FORMATS
from digest.models import Paper, PaperIdentifier
from digest.sources import decoding, doi, id_list
from digest.sources.record import PaperRecord, SourceError, key_of_title

MAX_BYTES = 5 * 2**20
MAX_READ_ENTRIES = 5_000
# A line with fewer words is not a title.
FEWEST_WORDS_OF_TITLE, MAX_TITLE_LINE = 3, 400
MATCHING_BATCH = 500
# In characters: enough to tell what a paper is about, and anyone may bring thousands of them.
MAX_READ_ABSTRACT_LENGTH = 2_000
# Stricter than MAX_YEARS_APART in same_work.py, where the authors must agree too: here only titles and years are.
MAX_YEARS_BY_TITLE = 2
NAME = "reader"

_TITLE, _ARXIV = PaperIdentifier.Scheme.TITLE.value, PaperIdentifier.Scheme.ARXIV.value
_DOI = PaperIdentifier.Scheme.DOI.value
_DOI_WORD = re.compile(r"(?:https?://\S{0,200}?)?(?<![\w.])10\.\d{4,9}/[^\s,;|]{1,300}")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,4}[.)\]])\s+")
# A file of another kind, or JSON that was cut off.
_OTHER_FILE = re.compile(r"\s*+(?:<(?:!doctype|html|\?xml)|%PDF|\[\s*+\{|\{\s*+\")", re.I)
# The title in a citation: after the year as in “Roe, R. (2015). On trees. Trees, 5”, or in quotation marks and followed
# by a comma as in “R. Roe, “On trees,” Trees, vol. 5”.
_AFTER_YEAR = re.compile(
    r"[^()]{1,300},? ?\((?:19|20)\d\d[a-z]?(?:, [^()]{1,30})?\)[.,:] +(?P<title>[^.?!]{1,300}[?!]?)(?:\.|\s|$)"
)
_MARKS = ("“", "”", '"')
_QUOTED = re.compile(r"[^“”\"]{1,300}, ?[“\"](?P<title>[^“”\"]{1,300}?)(?:[,.][”\"]|[”\"],)")


@dataclass(frozen=True)
class Bibliography:
    """The entries that were read, and a line for each that could not be."""

    records: list[PaperRecord] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def read_file(body: bytes) -> Bibliography:
    """Return what a file contains. SourceError if it is too big, in another format, or has too many entries."""
    if len(body) > MAX_BYTES:
        raise SourceError(f"the file is {len(body) / 2**20:.0f} MB, and the limit is {MAX_BYTES // 2**20} MB")
    text, _ = decoding.decode_body(body)
    return read_text(text)


def read_text(text: str) -> Bibliography:
    """Return what a text contains: one of the formats, or one paper per line."""
    reader = reader_of(text)
    return _read(reader, text) if reader else _of_lines(text)


def match_known(records: Sequence[PaperRecord]) -> dict[int, int]:
    """Return {record position: paper key} for records matching a paper with a page, by ID, DOI, or title and year."""
    papers = _by_identifier(records)
    missing = [place for place, record in enumerate(records) if place not in papers and record.title]
    papers |= _by_title({place: records[place] for place in missing})
    pages = set(Paper.objects.with_page().filter(pk__any_of=set(papers.values())).values_list("pk", flat=True))
    return {place: key for place, key in papers.items() if key in pages}


def _read(reader: Any, text: str) -> Bibliography:
    """Return what a file in this format contains; SourceError if it has too many entries (counted first)."""
    number = reader.number_of_entries(text)
    if number <= MAX_READ_ENTRIES:
        page = reader.read(text)
        number = len(page.records)
    if number > MAX_READ_ENTRIES:
        raise _too_many(number)
    return Bibliography([_shortened(record) for record in page.records], page.skipped)


def _shortened(record: PaperRecord) -> PaperRecord:
    if len(record.original_abstract) <= MAX_READ_ABSTRACT_LENGTH:
        return record
    return replace(record, original_abstract=record.original_abstract[:MAX_READ_ABSTRACT_LENGTH])


def _too_many(number: int) -> SourceError:
    return SourceError(
        f"it has {number:,} entries, and the limit is {MAX_READ_ENTRIES:,}. Use the newest ones, or one folder"
    )


def _of_lines(text: str) -> Bibliography:
    """Return the papers of a list: on each line an id, a DOI, a link, several ids, or a title."""
    if _OTHER_FILE.match(text):
        raise SourceError(f"expected {SUPPORTED_FORMATS}, DOIs, links or titles, found another kind of file")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_READ_ENTRIES:
        raise _too_many(len(lines))
    records: dict[tuple[tuple[str, str], ...], PaperRecord] = {}
    skipped = []
    for number, line in enumerate(lines, start=1):
        of_line = list(_of_line(_BULLET.sub("", line).strip()))
        records |= {record.identifiers: record for record in of_line}
        if not of_line:
            skipped.append(f"line {number}: no ID, DOI, link or title")
    if not records:
        raise SourceError(f"expected {SUPPORTED_FORMATS}, DOIs, links or titles, found none of them")
    return Bibliography(list(records.values()), skipped)


def _of_line(line: str) -> Iterator[PaperRecord]:
    name = parse_paper_name(line)
    if name and name.scheme != WEB_ADDRESS_KIND:
        yield PaperRecord(NAME, ((str(name.scheme), name.value),))
    elif names := [*((_ARXIV, value) for value in id_list.parse_id_list(line).ids), *_dois(line)]:
        yield from (PaperRecord(NAME, (name,)) for name in names)
    elif not name and len(line) <= MAX_TITLE_LINE and len((title := _title_in(line)).split()) >= FEWEST_WORDS_OF_TITLE:
        yield PaperRecord.read(title, "", source=NAME, identifiers=((_TITLE, key_of_title(title)),))


def _title_in(line: str) -> str:
    """Return the title in a citation; the whole line, without quotation marks around it, if it is none."""
    if line[:1] in _MARKS and line[-1:] in _MARKS and sum(map(line.count, _MARKS)) == 2:  # noqa: PLR2004 - a pair
        return line[1:-1].strip()
    citation = _AFTER_YEAR.match(line) or _QUOTED.match(line)
    title = citation["title"].strip() if citation else line
    return title if len(title.split()) >= FEWEST_WORDS_OF_TITLE else line


def _dois(line: str) -> list[tuple[str, str]]:
    """Return the DOIs in a line, such as a citation with its DOI at the end, or several of them."""
    words = _DOI_WORD.findall(line)
    return [(_DOI, name) for name in dict.fromkeys(map(doi.parse_doi, words)) if name]


def _by_identifier(records: Sequence[PaperRecord]) -> dict[int, int]:
    names: dict[tuple[str, str], list[int]] = {}
    papers = {}
    for place, record in enumerate(records):
        for scheme, value in record.identifiers:
            if scheme == LOCAL:
                papers[place] = int(value)
            names.setdefault((scheme, value), []).append(place)
    for batch in _batches(sorted({value for _, value in names})):
        rows = PaperIdentifier.objects.filter(value__in=batch).values_list("scheme", "value", "paper_id")
        for scheme, value, paper in rows:
            for place in names.get((scheme, value), ()):
                papers.setdefault(place, paper)
    return papers


def _by_title(records: dict[int, PaperRecord]) -> dict[int, int]:
    """Return the papers with the same title whose years, if both are known, are close to each other."""
    places: dict[str, list[int]] = {}
    for place, record in records.items():
        if len(record.title.split()) >= FEWEST_WORDS_OF_TITLE:
            places.setdefault(key_of_title(record.title.rstrip(".")), []).append(place)
    papers: dict[int, int] = {}
    titles = sorted({records[place].title.rstrip(".").lower() for several in places.values() for place in several})
    named = Paper.objects.annotate(small=Lower("title"))
    for batch in _batches(titles):
        for paper, title, at in named.filter(small__in=batch).values_list("pk", "title", "published_at"):
            for place in places.get(key_of_title(title), ()):
                own = records[place].published_at
                if own is None or at is None or abs(own.year - at.year) <= MAX_YEARS_BY_TITLE:
                    papers.setdefault(place, paper)
    return papers


def _batches(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + MATCHING_BATCH] for start in range(0, len(values), MATCHING_BATCH))
