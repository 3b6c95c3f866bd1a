"""The key sentence of an abstract: the one that best says what the paper contributes. A quote, never new words.

The choice is linear. First we estimate for each word how likely a summary is to use it, then for each sentence how much
of such a summary it contains, along with its position and how it begins. The weights are next to this file, and
digest.metrics.key_sentences.training recreates them. The choice is pure, except that the weights are read once.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from digest.catalog.abstract_words import Abstract, word_features
from digest.catalog.formatting import on_one_line, shorten
from digest.catalog.lead_ins import without_lead_in
from digest.catalog.sentence_features import FEATURES, sentence_features
from digest.catalog.sentences import Span, label_of, sentence_spans
from digest.models import Paper

WEIGHTS_PATH = Path(__file__).with_name("key_sentence_weights.json")
# No abstract has more sentences than this; only the first ones are looked at.
MOST_SENTENCES = 80
BATCH = 500
KEY_FIELDS = ["key_start", "key_end", "key_model"]
# Longer sentences are cut where they are shown; on the paper's page they are marked in full.
GIST_LENGTH = 320
MOST_CHARACTERS = 20_000
# A sentence with fewer, or with little but symbols, is not quoted.
FEWEST_WORDS, FEWEST_LETTERS = 4, 15
_ENOUGH_LETTERS = re.compile(rf"(?:[^\W\d_][\W\d_]*+){{{FEWEST_LETTERS}}}")
# What a sentence loses for coming before the first one about the paper's own work. Fields other than machine learning,
# where the weights come from, begin with more background.
BEFORE_OWN_WORK = 0.2
# Under these headings a structured abstract says what was found; under the others, why and how.
_TELLING = re.compile(r"(?:result|finding|conclusion|interpretation|outcome|summary|discussion|significance)", re.I)
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What begins the sentence to quote, in languages that do not separate words with blanks.
_CUES_IN_HAN = re.compile(r"本文|本研究|本工作|我们|我們|論文|提案|제안|본 논문")


@dataclass(frozen=True)
class Weights:
    """The learned weights, and the number of the model; a paper stores the number."""

    model: int
    word: NDArray[np.float64]
    word_bias: float
    stems: dict[str, float]
    sentence: NDArray[np.float64]

    @classmethod
    def read(cls, path: Path) -> "Weights":
        """Read the weights; ValueError if they are for other features than these."""
        stored = json.loads(path.read_text())
        if list(stored["sentence"]) != list(FEATURES):
            raise ValueError(f"{path.name}: expected weights for {len(FEATURES)} features, in their order")
        return cls(
            stored["model"],
            np.array(stored["word"]),
            stored["word_bias"],
            stored["stems"],
            np.array(list(stored["sentence"].values())),
        )

    def chances(self, abstract: Abstract) -> dict[str, float]:
        """Return how likely a summary is to use each stem of the abstract."""
        features = word_features(abstract)
        if not features:
            return {}
        own = [self.stems.get(word, 0.0) for word in features]
        logits = np.array(list(features.values()), dtype=np.float64) @ self.word + own + self.word_bias
        return dict(zip(features, (1 / (1 + np.exp(-logits))).tolist(), strict=True))

    def scores(self, title: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return how well each sentence represents the whole; only the order of the scores means something."""
        abstract = Abstract.of(title, sentences)
        scores = np.asarray(sentence_features(abstract, self.chances(abstract)) @ self.sentence)
        scores[: abstract.first_own] -= BEFORE_OWN_WORK
        return scores


@cache
def weights() -> Weights:
    """Return the shipped weights, read once."""
    return Weights.read(WEIGHTS_PATH)


def key_span(title: str, abstract: str) -> Span | None:
    """Return where the key sentence is in an abstract; None if there is nothing to quote."""
    spans = sentence_spans(abstract[:MOST_CHARACTERS])[:MOST_SENTENCES]
    if len(abstract) > MOST_CHARACTERS and len(spans) > 1:
        # The last one may be cut.
        spans.pop()
    sentences = [abstract[start:end] for start, end in spans]
    allowed = _telling(sentences)
    if not allowed:
        return None
    if not abstract.isascii() and _HAN.search(sentences[allowed[0]]):
        return spans[next((place for place in allowed if _CUES_IN_HAN.search(sentences[place])), allowed[0])]
    scores = weights().scores(title, sentences)
    return spans[max(allowed, key=lambda place: (scores[place], -place))]


def _telling(sentences: Sequence[str]) -> list[int]:
    """Return which sentences can be quoted; in a structured abstract, those in its results and conclusions."""
    quotable = [place for place, sentence in enumerate(sentences) if _is_quotable(sentence)]
    labels = list(map(label_of, sentences))
    if sum(map(bool, labels)) < 2:  # noqa: PLR2004 - a single one is no structure
        return quotable
    current, under = "", []
    for label in labels:
        current = label or current
        under.append(current)
    return [place for place in quotable if _TELLING.match(under[place])] or quotable


def _is_quotable(sentence: str) -> bool:
    if not sentence.isascii() and _HAN.search(sentence):
        return len(sentence) > FEWEST_LETTERS // 2
    return sentence.count(" ") >= FEWEST_WORDS - 1 and _ENOUGH_LETTERS.search(sentence) is not None


def choose_key_sentences(papers: Iterable[Paper]) -> None:
    """Set the key sentence of papers. Does not save."""
    model = weights().model
    for paper in papers:
        span = key_span(paper.title, paper.abstract)
        paper.key_start, paper.key_end = span or (None, None)
        paper.key_model = model


def choose_for_all(progress: Callable[[int], None] = lambda _: None) -> int:
    """Choose for every paper that the current model has not seen, and return how many there were.

    `progress` gets how many are done after each batch. Finished batches are kept, so it can be stopped and restarted.
    """
    unseen = Paper.objects.filter(~Q(key_model=weights().model) | Q(key_model=None)).order_by("pk")
    count, last = 0, 0
    while batch := list(unseen.filter(pk__gt=last).only("title", "abstract")[:BATCH]):
        choose_key_sentences(batch)
        Paper.objects.bulk_update(batch, KEY_FIELDS)
        count, last = count + len(batch), batch[-1].pk
        progress(count)
    return count


def quoted(paper: Paper) -> str:
    """Return the key sentence as it is in the abstract, on one line; "" if there is none.

    The abstract may have been changed since the sentence was chosen. Then the text at its position is not a sentence.
    """
    span = span_of(paper)
    return on_one_line(paper.abstract[span.start : span.end]) if span else ""


def span_of(paper: Paper) -> Span | None:
    """Return where the key sentence of a paper is; None if there is none, or its position has other text now."""
    start, end, text = paper.key_start, paper.key_end, paper.abstract
    if start is None or end is None or not start < end <= len(text):
        return None
    begins = start == 0 or text[start - 1].isspace() or not text[start - 1].isalnum()
    ends = end == len(text) or not text[end].isalnum() or not text[end - 1].isalnum()
    return Span(start, end) if begins and ends and not text[start].isspace() else None


def gist(paper: Paper) -> str:
    """Return what lists and emails show of an abstract: the key sentence, otherwise how the abstract begins."""
    sentence = quoted(paper)
    return shorten(without_lead_in(sentence) if sentence else paper.abstract, GIST_LENGTH)
