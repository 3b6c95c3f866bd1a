"""Papers and readers of an evaluation, and the trials made of them: what is known of a reader, what is to be found."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digest.ranking.arrays import Indices

# How many saved papers are known of a reader; nothing at first.
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
    """One reader: `known` in the order of becoming known, and 200 candidates, the five to be found first."""

    reader: int
    half: int
    profile: Indices
    candidates: Indices


def read_library(folder: Path) -> Library:
    """Read papers.jsonl and readers.jsonl of a folder; EvaluationError where they are not what they should be."""
    papers = list(_lines(folder / "papers.jsonl"))
    readers = sorted(_lines(folder / "readers.jsonl"), key=lambda reader: str(reader.get("reader")))
    try:
        row = {paper["id"]: number for number, paper in enumerate(papers)}
        texts = [str(paper["text"]) for paper in papers]
        saved = [np.array(sorted({row[paper] for paper in reader["saved"]}), dtype=np.intp) for reader in readers]
    except KeyError as error:
        raise EvaluationError(f"{folder}: expected every {error} to be there") from error
    if len(texts) < CANDIDATES or not saved:
        raise EvaluationError(f"{folder}: expected {CANDIDATES} papers and a reader, found {len(texts)}, {len(saved)}")
    return Library(texts, saved)


def trials(library: Library, seed: int = 0) -> list[Trial]:
    """Return a trial for each reader who saved more than what is to be found; the same for the same seed."""
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
    """Yield the objects of a file, one a line."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise EvaluationError(f"{path}:{number}: expected one JSON object a line") from error
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
