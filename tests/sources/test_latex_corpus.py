"""Titles, names and abstracts as arXiv, Crossref, bioRxiv and BibTeX files have them, and as readers should see them.

The expected values were written before looking at the output. `pytest -rP` prints the pass rate of each kind.
"""

import sys
from collections import defaultdict
from pathlib import Path

import pytest

from digest.sources.latex_text import clean_text

pytestmark = pytest.mark.storeless

CORPUS = Path(__file__).parents[1] / "payloads" / "latex_corpus.tsv"
# Texts that are known to come out differently, and why.
KNOWN_DIFFERENCES: dict[str, str] = {}


def pairs():
    """The pairs of the corpus by kind."""
    kinds = defaultdict(list)
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, source, expected = line.split("\t")
            kinds[kind].append((source, expected))
    return kinds


def test_nearly_all_of_the_corpus_comes_out_right():
    wrong, right, known_wrong = [], 0, set()
    for kind, cases in pairs().items():
        failures = [
            (source, clean_text(source), expected) for source, expected in cases if clean_text(source) != expected
        ]
        sys.stdout.write(f"{kind:18s} {len(cases) - len(failures):3d} of {len(cases):3d}\n")
        right += len(cases) - len(failures)
        known_wrong |= {source for source, _, _ in failures if source in KNOWN_DIFFERENCES}
        wrong += [failure for failure in failures if failure[0] not in KNOWN_DIFFERENCES]
    assert wrong == []
    assert known_wrong == set(KNOWN_DIFFERENCES)
    assert right >= 0.99 * sum(map(len, pairs().values()))


def test_cleaning_the_corpus_again_changes_nothing():
    for cases in pairs().values():
        for source, _ in cases:
            once = clean_text(source)
            assert clean_text(once) == once
