"""ROUGE: how many words (1), pairs (2) and words in order (L) a sentence shares with a summary, as F1.

Uses the package rouge-score with its stemmer, like the published figures; it is in requirements/dev.txt.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

MEASURES = ("rouge1", "rouge2", "rougeL")


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer  # noqa: PLC0415 - only installed for measuring

    return RougeScorer(list(MEASURES), use_stemmer=True)


def rouge(sentence: str, summaries: Sequence[str]) -> tuple[float, float, float]:
    """Return ROUGE-1, -2 and -L of a sentence, each for the summary it is closest to."""
    by_summary: Iterable[Any] = [_scorer().score(summary, sentence) for summary in summaries]
    one, two, longest = (max(scores[name].fmeasure for scores in by_summary) for name in MEASURES)
    return one, two, longest
