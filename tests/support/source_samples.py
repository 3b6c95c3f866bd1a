"""What the tests of all sources need from each: what it can be asked for, and its answers, made to measure.

A source with its own test file, tests/sources/test_NAME.py, has its SAMPLE there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from config.sources import KINDS
from tests.support import index_answers as answers

TESTS_OF_SOURCES = Path(__file__).parents[1] / "sources"


@dataclass(frozen=True)
class SourceSample:
    """One source. Those that give lists page by page have `entry` and `answer`."""

    # What to ask it for; "" if it can be asked for nothing in particular.
    query: str = ""
    # What its file refuses to ask for; None if it asks for anything.
    refused: str | None = None
    # A number → an entry; entries, with total= and cursor= → an answer.
    entry: Callable[[int], dict[str, Any]] | None = None
    answer: Callable[..., str] | None = None
    # Whether the next page is found by counting what came, instead of by a cursor in the answer.
    counts: bool = False

    def page(self, *numbers: int, total: int | None, more: tuple[Any, ...] = ()) -> str:
        """Return an answer with these entries, followed by `more` that are not entries."""
        assert self.entry
        assert self.answer
        cursor = {} if self.counts else {"cursor": f"c{(*numbers, 0)[0]}"}
        return self.answer(*map(self.entry, numbers), *more, total=total, **cursor)


# For sources that are tested together.
SHARED = {
    "rss": SourceSample("cs.LG"),
    "oai": SourceSample("cs"),
    "feed": SourceSample("https://journal.example/rss"),
    "pubmed": SourceSample("graphs", refused=""),
    "europepmc": SourceSample(entry=answers.europepmc_result, answer=answers.europepmc),
    "openalex": SourceSample(
        "authorships.author.id:A1", refused="all", entry=answers.openalex_work, answer=answers.openalex
    ),
    "crossref": SourceSample("1476-4687", refused="12", entry=answers.crossref_work, answer=answers.crossref),
    "openreview": SourceSample(
        "ICLR.cc/2026/Conference",
        refused="x",
        entry=answers.openreview_note,
        answer=answers.openreview,
        counts=True,
    ),
}


@cache
def source_samples() -> dict[str, SourceSample]:
    """Return the samples of all sources by name."""
    return {name: _own_sample(name) or SHARED.get(name, SourceSample()) for name in KINDS}


def _own_sample(name: str) -> SourceSample | None:
    if not (TESTS_OF_SOURCES / f"test_{name}.py").exists():
        return None
    return getattr(import_module(f"tests.sources.test_{name}"), "SAMPLE", None)
