"""The whole evaluation: every reader, every method, every number of known papers."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from threadpoolctl import threadpool_limits

from digest.catalog.embedding import embedder
from digest.metrics.evaluation import measures
from digest.metrics.evaluation.known_methods import KnownMethods
from digest.metrics.evaluation.measures import Interval
from digest.metrics.evaluation.ours import Ours
from digest.metrics.evaluation.readers import PROFILE_SIZES, Library, Trial, trials
from digest.ranking.arrays import Floats

OUR_METHODS = ("ours", "ours_without_others")
TRIALS_PER_CHUNK = 20


@dataclass(frozen=True)
class EvaluationFigures:
    """The metrics of one method with a given number of known papers."""

    readers: int
    ndcg: Interval
    hit_rate: Interval
    diversity: float
    coverage: float


@dataclass(frozen=True)
class Lead:
    """How far `ours` is ahead of the best known method, reader by reader (paired)."""

    over: str
    ndcg: Interval


@dataclass(frozen=True)
class Evaluation:
    """Method → number of known papers → figures; number of known papers → our lead."""

    methods: dict[str, dict[int, EvaluationFigures]]
    leads: dict[int, Lead]


@dataclass(frozen=True)
class Bench:
    """Everything needed to score a trial."""

    known_methods: KnownMethods
    ours: Ours

    def scores(self, trial: Trial) -> dict[int, dict[str, Floats]]:
        """Return number of known papers → method → the candidates' scores, up to as many papers as are known."""
        numbers = [number for number in PROFILE_SIZES if number <= len(trial.profile)]
        ours = self.ours.scores(trial, numbers)
        return {number: self.known_methods.scores(trial, number) | ours[number] for number in numbers}


# Set once per process of the pool: passed with a trial, it would be copied for each one.
_bench: list[Bench] = []


def evaluate(library: Library, chosen: Callable[[Trial], bool], progress: Callable[[int], None]) -> Evaluation:
    """Score every chosen reader's candidates by every method; `progress` gets the number done so far."""
    vectors = embedder().vectors(library.texts)
    bench = Bench(KnownMethods.of(library, vectors), Ours.of(library, vectors))
    selected = [trial for trial in trials(library) if chosen(trial)]
    results = []
    with ProcessPoolExecutor(mp_context=get_context("fork"), initializer=_begin, initargs=(bench,)) as pool:
        for result in pool.map(_scores, selected, chunksize=TRIALS_PER_CHUNK):
            results.append(result)
            progress(len(results))
    return _figures(selected, results, vectors)


def _begin(bench: Bench) -> None:
    """Initialise a process of the pool."""
    # A trial's matrices are small: with threads that wait for each other, they take six times as long.
    threadpool_limits(1)
    _bench.append(bench)


def _scores(trial: Trial) -> dict[int, dict[str, Floats]]:
    return _bench[-1].scores(trial)


def _figures(scored: list[Trial], results: list[dict[int, dict[str, Floats]]], vectors: Floats) -> Evaluation:
    methods: dict[str, dict[int, EvaluationFigures]] = {}
    leads: dict[int, Lead] = {}
    for number in PROFILE_SIZES:
        rows = [row for row, result in enumerate(results) if number in result]
        if not rows:
            continue
        offered = np.array([scored[row].candidates for row in rows])
        by_method: dict[str, Floats] = {}
        for method in results[rows[0]][number]:
            best = measures.top(np.array([results[row][number][method] for row in rows]))
            papers = np.take_along_axis(offered, best, axis=1)
            by_method[method] = measures.ndcg(best)
            methods.setdefault(method, {})[number] = EvaluationFigures(
                len(rows),
                measures.interval(by_method[method]),
                measures.interval(measures.hit(best)),
                float(measures.diversity(papers, vectors).mean()),
                measures.coverage(papers, offered),
            )
        rivals = {method: values.mean() for method, values in by_method.items() if method not in OUR_METHODS}
        best_known = max(rivals, key=lambda method: rivals[method])
        leads[number] = Lead(best_known, measures.interval(by_method["ours"] - by_method[best_known]))
    return Evaluation(methods, leads)
