"""Learn the weights for choosing the key sentence from summaries written by people.

Two linear models, one after the other. The first predicts for each word of an abstract whether a summary uses it
(logistic regression). The second ranks sentences: a softmax over the sentences of an abstract is fitted to their
ROUGE-1, as readers see them. The first must not predict for an abstract it learned from, so it is trained on four
fifths and predicts the remaining fifth.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digest.catalog.abstract_words import Abstract, stem, word_features
from digest.catalog.key_sentence import Weights
from digest.catalog.lead_ins import without_lead_in
from digest.catalog.sentence_features import FEATURES, sentence_features
from digest.metrics.key_sentences.rouge import rouge
from digest.metrics.key_sentences.summaries import Summarised

Vector = NDArray[np.float64]

FOLDS = 5
# A stem that occurs in fewer abstracts has no weight of its own.
FEWEST_ABSTRACTS = 15
# Tuned on the validation abstracts.
WORD_PENALTY = 6e-5
SENTENCE_PENALTY = 0.003
TEMPERATURE = 0.15
MOST_STEPS = 250
DIGITS = 4


def train(abstracts: Sequence[Summarised], model: int, progress: Callable[[str], None]) -> Weights:
    """Return weights learned from these abstracts."""
    texts = [Abstract.of(one.title, one.sentences) for one in abstracts]
    fold = np.random.default_rng(0).integers(0, FOLDS, len(texts))
    features: list[Vector] = [np.empty(0)] * len(texts)
    for number in range(FOLDS):
        progress(f"words, part {number + 1} of {FOLDS}")
        others = [place for place in range(len(texts)) if fold[place] != number]
        words = _train_words([texts[place] for place in others], [abstracts[place] for place in others])
        for place in np.flatnonzero(fold == number):
            features[place] = sentence_features(texts[place], words.chances(texts[place]))
    progress("words, all")
    words = _train_words(texts, abstracts)
    progress("sentences")
    sentence = _train_sentences(features, abstracts)
    return Weights(model, words.word, words.word_bias, words.stems, sentence)


def write_weights(weights: Weights, path: Path) -> None:
    """Write weights in the format the service reads."""
    stored = {
        "model": weights.model,
        "word": np.round(weights.word, DIGITS).tolist(),
        "word_bias": round(weights.word_bias, DIGITS),
        "sentence": dict(zip(FEATURES, np.round(weights.sentence, DIGITS).tolist(), strict=True)),
        "stems": {word: round(weight, 2) for word, weight in sorted(weights.stems.items()) if round(weight, 2)},
    }
    path.write_text(json.dumps(stored, indent=0, separators=(",", ":")) + "\n")


def _train_words(texts: Sequence[Abstract], abstracts: Sequence[Summarised]) -> Weights:
    """Learn which words summaries use; the sentence weights stay 0."""
    from scipy import sparse  # noqa: PLC0415 - only installed for measuring

    rows = [word_features(text) for text in texts]
    words = [word for row in rows for word in row]
    table = np.array([values for row in rows for values in row.values()], dtype=np.float64)
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    number = Counter(words)
    column = {word: place for place, word in enumerate(sorted(w for w, n in number.items() if n >= FEWEST_ABSTRACTS))}
    weighted = [(place, column[word]) for place, word in enumerate(words) if word in column]
    places, columns = np.array(weighted).T
    own = sparse.csr_matrix((np.ones(len(weighted)), (places, columns)), (len(words), len(column)))
    inputs = sparse.hstack([sparse.csr_matrix((table - mean) / spread), np.ones((len(words), 1)), own]).tocsr()
    in_summaries = [
        {stem(word) for word in re.findall(r"[a-z0-9]+", " ".join(one.summaries).lower())} for one in abstracts
    ]
    answers = np.array(
        [word in summary for row, summary in zip(rows, in_summaries, strict=True) for word in row], dtype=float
    )

    def loss(weights: Vector) -> tuple[float, Vector]:
        chance = 1 / (1 + np.exp(-(inputs @ weights)))
        right = np.where(answers > 0, chance, 1 - chance)
        value = -float(np.log(right + 1e-12).mean()) + WORD_PENALTY / 2 * float(weights @ weights)
        return value, inputs.T @ (chance - answers) / len(words) + WORD_PENALTY * weights

    learned = _minimised(loss, inputs.shape[1])
    split = table.shape[1]
    word = learned[:split] / spread
    bias = float(learned[split] - mean @ word)
    stems = {name: float(learned[split + 1 + place]) for name, place in column.items()}
    return Weights(0, word, bias, stems, np.zeros(len(FEATURES)))


def _train_sentences(features: Sequence[Vector], abstracts: Sequence[Summarised]) -> Vector:
    table = np.vstack(features)
    spread = table.std(axis=0) + 1e-9
    inputs = (table - table.mean(axis=0)) / spread
    goodness = np.array([rouge(without_lead_in(text), one.summaries)[0] for one in abstracts for text in one.sentences])
    starts = np.cumsum([0, *[len(rows) for rows in features[:-1]]])
    whose = np.repeat(np.arange(len(features)), [len(rows) for rows in features])

    def softmax(values: Vector) -> Vector:
        weights = np.exp(values - np.maximum.reduceat(values, starts)[whose])
        return weights / np.bincount(whose, weights)[whose]

    target = softmax(goodness / TEMPERATURE)

    def loss(weights: Vector) -> tuple[float, Vector]:
        share = softmax(inputs @ weights)
        value = -float(target @ np.log(share + 1e-12)) / len(features)
        value += SENTENCE_PENALTY / 2 * float(weights @ weights)
        return value, inputs.T @ (share - target) / len(features) + SENTENCE_PENALTY * weights

    return np.asarray(_minimised(loss, inputs.shape[1]) / spread)


def _minimised(loss: Callable[[Vector], tuple[float, Vector]], size: int) -> Vector:
    from scipy.optimize import minimize  # noqa: PLC0415

    result: Any = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS})
    return np.asarray(result.x)
