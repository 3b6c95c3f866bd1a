"""Tell papers, retracted papers and notes about other papers apart, by publication type or title."""

import re
from collections.abc import Iterable
from typing import Any

_RETRACTED = {"retracted publication", "retracted article", "withdrawn publication", "withdrawn", "retracted"}

# Notes about other papers, and parts of an issue that are no papers.
_NO_PAPER = re.compile(
    r"(?:(?:author|publisher)(?:'s)?\s+)?(?:correction|erratum|corrigendum|addendum)s?\b\s*(?:to\b|:|$)"
    r"|(?:front|back|inside)\s+(?:cover|matter)\b|(?:issue\s+information|table of contents|editorial board)$",
    re.I,
)
_NOTICE = re.compile(r"^\W*retraction(?:\s+(?:note|notice))?\b\s*(?:(?:to|of|for)\b|[:\]]|$)", re.I)
_RETRACTION = re.compile(
    r"^\W*(?:(?:retracted|withdrawn)(?:\s+(?:article|paper|chapter))?(?:\s*[:\]]|\s+[–—-]\s)"
    r"|retraction(?:\s+note)?\b\s*(?:to\b)?\s*[:\]])",
    re.I,
)


def is_about_another_paper(title: str) -> bool:
    """Return whether a title is a correction's, or a part of an issue's."""
    return _NO_PAPER.match(title) is not None


def is_notice(title: str) -> bool:
    """Return whether a title is that of a notice that another paper is retracted."""
    return _NOTICE.match(title) is not None


def without_retraction(title: str) -> tuple[str, bool]:
    """Return a title without what publishers put before it when they retract a paper, and whether they did."""
    return _RETRACTION.sub("", title).strip(" :]"), _RETRACTION.match(title) is not None


def names_retraction(types: Iterable[Any]) -> bool:
    """Return whether a type says that the paper is retracted; “Retraction of publication” is a notice."""
    return any(isinstance(kind, str) and kind.strip().lower().replace("-", " ") in _RETRACTED for kind in types)
