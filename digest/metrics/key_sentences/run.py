"""The evaluation: every method chooses a sentence of every abstract, and ROUGE says how close it is to a summary."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from digest.catalog.key_sentence import key_span
from digest.catalog.lead_ins import without_lead_in
from digest.metrics.evaluation.measures import Interval, interval
from digest.metrics.key_sentences.rivals import Rivals
from digest.metrics.key_sentences.rouge import rouge
from digest.metrics.key_sentences.summaries import Summarised

# How many characters of the abstract mails used to show.
EXCERPT_LENGTH = 300


@dataclass(frozen=True)
class MethodFigures:
    """One method over all abstracts: ROUGE-1, -2 and -L, and how many words it shows."""

    rouge_1: Interval
    rouge_2: float
    rouge_l: float
    words: float


def evaluate_sentences(
    abstracts: Sequence[Summarised], progress: Callable[[int], None] = lambda _: None
) -> dict[str, MethodFigures]:
    """Return method → figures. `ours` is what readers see, `ours_whole` is the sentence with its lead-in."""
    rivals = Rivals(abstracts)
    chosen: dict[str, list[tuple[float, float, float, int]]] = {}
    for number, one in enumerate(abstracts, start=1):
        scored = [rouge(sentence, one.summaries) for sentence in one.sentences]
        texts = {method: one.sentences[int(np.argmax(score(one)))] for method, score in rivals.methods.items()}
        texts["excerpt"] = re.sub(r"\s+\S*$", "", one.abstract[:EXCERPT_LENGTH])
        span = key_span(one.title, one.abstract)
        texts["ours_whole"] = one.abstract[span.start : span.end] if span else ""
        texts["ours"] = without_lead_in(texts["ours_whole"])
        texts["oracle"] = one.sentences[max(range(len(scored)), key=lambda place: scored[place][0])]
        for method, text in texts.items():
            chosen.setdefault(method, []).append((*rouge(text, one.summaries), len(text.split())))
        progress(number)
    return {method: _figures(np.array(rows)) for method, rows in chosen.items()}


def _figures(rows: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> MethodFigures:
    percent = 100 * rows[:, :3]
    _, two, longest = percent.mean(axis=0).tolist()
    return MethodFigures(interval(percent[:, 0].astype(np.float32)), two, longest, float(rows[:, 3].mean()))
