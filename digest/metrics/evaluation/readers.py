"""Papers and readers of an evaluation, and trials made from them: what is known about a reader, what is to be found."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digest.ranking.arrays import Indices

# How many of a reader's saved papers are known, starting with none.
PROFILE_SIZES = (0, 1, 3, 10, 30, 100, 300)
RELEVANT_PER_TRIAL = 5
CANDIDATES = 200


class EvaluationError(ValueError):
    """The data cannot be evaluated."""


@dataclass(frozen=True)
class Library:
    """The papers' texts, and what each reader saved, as rows of the texts."""

    texts: list[str]
    saved: list[Indices]


@dataclass(frozen=True)
class Trial:
    """One reader: `profile`, in the order in which papers become known, and 200 candidates, the five relevant first."""

    reader: int
    half: int
    profile: Indices
    candidates: Indices


def read_library(folder: Path) -> Library:
    """Read papers.jsonl and readers.jsonl from a folder; raise EvaluationError if they are not as expected."""
    papers = list(_lines(folder / "papers.jsonl"))
    readers = sorted(_lines(folder / "readers.jsonl"), key=lambda reader: str(reader.get("reader")))
    try:
        row = {paper["id"]: number for number, paper in enumerate(papers)}
        texts = [str(paper["text"]) for paper in papers]
        saved = [np.array(sorted({row[paper] for paper in reader["saved"]}), dtype=np.intp) for reader in readers]
    except KeyError as error:
        raise EvaluationError(f"{folder}: expected to find {error}") from error
    if len(texts) < CANDIDATES or not saved:
        raise EvaluationError(
            f"{folder}: expected at least {CANDIDATES} papers and one reader, found {len(texts)} and {len(saved)}"
        )
    return Library(texts, saved)


def trials(library: Library, seed: int = 0) -> list[Trial]:
    """Return a trial for each reader who saved more papers than are to be found; deterministic for a seed."""
    result = []
    for reader, saved in enumerate(library.saved):
        if len(saved) <= RELEVANT_PER_TRIAL:
            continue
        chance = np.random.default_rng([seed, reader])
        shuffled = chance.permutation(saved)
        others = np.setdiff1d(np.arange(len(library.texts)), saved)
        random = chance.choice(others, CANDIDATES - RELEVANT_PER_TRIAL, replace=False)
        candidates = np.concatenate([shuffled[:RELEVANT_PER_TRIAL], random])
        result.append(Trial(reader, reader % 2, shuffled[RELEVANT_PER_TRIAL:], candidates))
    return result


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, one per line."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise EvaluationError(f"{path}:{number}: expected one JSON object per line") from error
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
