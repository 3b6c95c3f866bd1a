"""Abstracts with summaries written by people, one JSON object per line: title, sentences, summaries."""

import json
from dataclasses import dataclass
from pathlib import Path

from digest.catalog.sentences import sentence_spans


class SummariesError(ValueError):
    """A file is not what was expected."""


@dataclass(frozen=True)
class Summarised:
    """An abstract, split into sentences by us, with its summaries."""

    title: str
    abstract: str
    sentences: list[str]
    summaries: list[str]


def read_summaries(path: Path) -> list[Summarised]:
    """Read a file; raise SummariesError with the line number if a line is not as expected."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SummariesError(f"{path}: {error}") from error
    return [_read_line(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _read_line(path: Path, number: int, line: str) -> Summarised:
    try:
        stored = json.loads(line)
        title, given, summaries = stored["title"], stored["sentences"], stored["summaries"]
        abstract = " ".join(" ".join(given).split())
    except (ValueError, KeyError, TypeError) as error:
        raise SummariesError(f"{path}, line {number}: expected title, sentences and summaries") from error
    if not (isinstance(title, str) and abstract and summaries and all(isinstance(one, str) for one in summaries)):
        raise SummariesError(f"{path}, line {number}: expected a title, sentences and at least one summary")
    sentences = [abstract[start:end] for start, end in sentence_spans(abstract)]
    return Summarised(title, abstract, sentences, summaries)
