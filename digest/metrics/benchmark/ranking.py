"""How many subscribers are ranked for per second: topics, keywords, affinity, diversity and exploration, in memory."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from digest.ranking import CandidateFeatures, Limits, UserFeatures, diversity, rank, vote_score
from digest.ranking.affinity import ItemSimilarities, affinity
from digest.ranking.sparse_matrix import SparseMatrix

TOPIC_COUNT, DIMENSIONS, LIKES_PER_SUBSCRIBER, LIKED, MAX_BENCHMARK_PAPERS = 30, 256, 500, 20, 10
# The share of topics that a paper is about, and that a subscriber follows.
ABOUT, FOLLOWED_TOPICS = 0.1, 0.15
BENCHMARK_BATCH = 500


@dataclass(frozen=True)
class RankingBenchmark:
    """One measurement."""

    papers: int
    subscribers: int
    processes: int
    per_second: float
    # What one core does if nothing else uses it.
    per_cpu_second: float


def benchmark_ranking(
    papers: int, subscribers: int, processes: int, progress: Callable[[int], None]
) -> RankingBenchmark:
    """Rank this many papers for this many subscribers, each with topics and a learned model."""
    batches = -(-subscribers // BENCHMARK_BATCH)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        # The first round builds each process's arrays.
        list(pool.map(timed_batch, [papers] * processes * 4, range(processes * 4)))
        start, cpu = time.perf_counter(), 0.0
        for completed, took in enumerate(
            pool.map(timed_batch, [papers] * batches, range(batches), chunksize=4), start=1
        ):
            cpu += took
            progress(completed * BENCHMARK_BATCH)
        took = time.perf_counter() - start
    number = batches * BENCHMARK_BATCH
    return RankingBenchmark(papers, number, processes, number / took, number / cpu)


def timed_batch(papers: int, number: int) -> float:
    """Rank one batch; return the CPU seconds it took."""
    start = time.process_time()
    rank_benchmark_batch(papers, number)
    return time.process_time() - start


_cached_inputs: dict[int, tuple[CandidateFeatures, UserFeatures, SparseMatrix, ItemSimilarities]] = {}


def rank_benchmark_batch(papers: int, number: int) -> int:
    """Rank one batch like the planner, without database and JSON; return how many papers were selected."""
    if papers not in _cached_inputs:
        _cached_inputs[papers] = _make(papers)
    offer, readers, weights, says = _cached_inputs[papers]
    draws = np.random.default_rng(number).random(BENCHMARK_BATCH)
    users = readers._replace(affinity=affinity(weights, says))
    ranking = rank(users, offer, Limits(np.full(BENCHMARK_BATCH, MAX_BENCHMARK_PAPERS), draws))
    return int((ranking.papers >= 0).sum())


def _make(papers: int) -> tuple[CandidateFeatures, UserFeatures, SparseMatrix, ItemSimilarities]:
    chance = np.random.default_rng(papers)
    vectors = chance.normal(size=(papers, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tags = (chance.random((papers, TOPIC_COUNT)) * (chance.random((papers, TOPIC_COUNT)) < ABOUT)).astype(np.float32)
    follows = (chance.random((BENCHMARK_BATCH, TOPIC_COUNT)) < FOLLOWED_TOPICS).astype(np.float32)
    offer = CandidateFeatures(
        tags,
        np.zeros(papers, dtype=np.bool_),
        diversity.redundancy(vectors),
        vote_score(chance.integers(0, 50, papers).astype(np.float32), np.zeros(papers, dtype=np.float32)),
        chance.random((1, papers)).astype(np.float32),
    )
    rows = np.repeat(np.arange(BENCHMARK_BATCH), LIKED)
    columns = chance.integers(0, LIKES_PER_SUBSCRIBER, BENCHMARK_BATCH * LIKED)
    weights = SparseMatrix.of(np.ones(len(rows)), rows, columns, (BENCHMARK_BATCH, LIKES_PER_SUBSCRIBER))
    says = ItemSimilarities(*(chance.normal(size=(LIKES_PER_SUBSCRIBER, papers)).astype(np.float32) for _ in range(2)))
    return offer, UserFeatures(follows, np.zeros(follows.shape, dtype=np.bool_)), weights, says
