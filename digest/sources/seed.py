"""The seed page: a day's papers as one text file, titles and abstracts in turn."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils.text import Truncator

from digest.models import PaperIdentifier
from digest.sources.latex_text import clean_text
from digest.sources.record import PaperRecord, SourceError, key_of_title

SHIPPED_PAGE = settings.BASE_DIR / "seeds" / "daily-papers-aug-21.txt"
# The page gives its day without a year; its newest papers are from mid 2025.
SHIPPED_YEAR = 2025

MAX_SEED_TITLE_LENGTH = 400
SHORTEST_ABSTRACT = 200

# What comes before the first title: what is expected, for error messages, and a pattern for it.
_HEAD = [
    ("the banner’s word", r".{1,40}"),
    ("the banner’s sentence", r".{1,200}"),
    ("“Subscribe”", r"Subscribe"),
    ("the heading “Daily Papers”", r"Daily Papers"),
    ("the byline, which begins with “by”", r"by.{1,200}"),
    ("the day, such as “Aug 21”", r"[A-Z][a-z]{2} \d{1,2}"),
]


@dataclass(frozen=True)
class SeedPage:
    """The papers of one day, in the order of the page."""

    day: date
    papers: list[PaperRecord]


@dataclass(frozen=True)
class _Block:
    """Lines without a blank line between them, joined, and the number of the first."""

    line: int
    text: str


def read_seed(path: Path, year: int = SHIPPED_YEAR) -> SeedPage:
    """Return the page in a file. The page does not give its year.

    Raises SourceError, with the line and what was expected there, if the file breaks the pattern: banner word,
    banner sentence, "Subscribe", heading, byline, day, then title and abstract in turn, with blank lines between.
    """
    try:
        return parse_seed(path.read_bytes(), year)
    except SourceError as error:
        raise SourceError(f"{path.name}, {error}") from error


def parse_seed(data: bytes, year: int = SHIPPED_YEAR) -> SeedPage:
    """Return the page in these bytes; see read_seed."""
    blocks = _blocks(_text(data))
    end = blocks[-1].line if blocks else 1
    for number, (expected, pattern) in enumerate(_HEAD):
        if number == len(blocks):
            raise SourceError(f"line {end}: expected {expected}, found the end of the page")
        if not re.fullmatch(pattern, blocks[number].text):
            raise _unexpected(blocks[number], expected)
    head, body = blocks[: len(_HEAD)], blocks[len(_HEAD) :]
    if not body:
        raise SourceError(f"line {end}: expected a title after the day, found the end of the page")
    return SeedPage(_day(head[-1], year), _papers(body))


def _text(data: bytes) -> str:
    if b"\x00" in data:
        raise SourceError(f"line {_line_of(data, data.index(0))}: expected text, found a null byte")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"line {_line_of(data, error.start)}: expected UTF-8, found {error.reason}") from error


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    after_blank = True
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            after_blank = True
        elif after_blank:
            blocks.append(_Block(number, line.strip()))
            after_blank = False
        else:
            blocks[-1] = _Block(blocks[-1].line, f"{blocks[-1].text} {line.strip()}")
    return blocks


def _day(block: _Block, year: int) -> date:
    try:
        return datetime.strptime(f"{block.text} {year}", "%b %d %Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise _unexpected(block, f"a day of {year}, such as “Aug 21”") from error


def _papers(blocks: list[_Block]) -> list[PaperRecord]:
    lines: dict[str, int] = {}
    papers = []
    for title, abstract in zip(blocks[::2], [*blocks[1::2], None], strict=False):
        if len(title.text) > MAX_SEED_TITLE_LENGTH:
            raise _unexpected(title, f"a title of at most {MAX_SEED_TITLE_LENGTH} characters")
        if not clean_text(title.text):
            raise _unexpected(title, "a title with readable text")
        if abstract is None:
            raise SourceError(f"line {title.line}: expected an abstract after this title, found the end of the page")
        if len(abstract.text) < SHORTEST_ABSTRACT:
            raise _unexpected(abstract, f"an abstract of at least {SHORTEST_ABSTRACT} characters")
        key = key_of_title(title.text)
        if key in lines:
            raise _unexpected(title, f"a title that is not also on line {lines[key]}")
        lines[key] = title.line
        identifiers = ((PaperIdentifier.Scheme.SEED.value, key),)
        papers.append(PaperRecord.read(title.text, abstract.text, source="seed", identifiers=identifiers))
    return papers


def _unexpected(block: _Block, expected: str) -> SourceError:
    return SourceError(f"line {block.line}: expected {expected}, found “{Truncator(block.text).chars(60)}”")
