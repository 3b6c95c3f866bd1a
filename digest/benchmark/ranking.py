"""How many subscribers a second are ranked for: topics, words, taste, diversity and exploration, in memory."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from scipy import sparse

from digest.ranking import diversity, reasons, scoring
from digest.ranking.choosing import Offer, Readers, choose, rank
from digest.ranking.taste import taste

TOPICS, DIMENSIONS, KNOWN, LIKED, MOST = 30, 256, 500, 20, 10
# The share of topics that a paper is about, and that a subscriber follows.
ABOUT, FOLLOWED = 0.1, 0.15
BATCH = 500


@dataclass(frozen=True)
class Ranking:
    """One measurement."""

    papers: int
    subscribers: int
    processes: int
    per_second: float
    # What one core does that nobody else wants anything of.
    per_cpu_second: float


def measure(papers: int, subscribers: int, processes: int, progress: Callable[[int], None]) -> Ranking:
    """Rank an offer of so many papers for so many subscribers, each with topics and a learned model."""
    batches = -(-subscribers // BATCH)
    # Read when numpy is loaded, by the processes that begin from here on: each keeps to its own core.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        # The first round makes each process's arrays.
        list(pool.map(timed_batch, [papers] * processes * 4, range(processes * 4)))
        start, cpu = time.perf_counter(), 0.0
        for done, took in enumerate(pool.map(timed_batch, [papers] * batches, range(batches), chunksize=4), start=1):
            cpu += took
            progress(done * BATCH)
        took = time.perf_counter() - start
    number = batches * BATCH
    return Ranking(papers, number, processes, number / took, number / cpu)


def timed_batch(papers: int, number: int) -> float:
    """Rank one batch; return the seconds of the processor it took."""
    start = time.process_time()
    rank_batch(papers, number)
    return time.process_time() - start


_made: dict[int, tuple[Offer, Readers, sparse.csr_array, scoring.Floats]] = {}


def rank_batch(papers: int, number: int) -> int:
    """Rank one batch as the planner does, but for the database and the JSON; return how many papers were chosen."""
    if papers not in _made:
        _made[papers] = _make(papers)
    offer, readers, weights, says = _made[papers]
    ranked = rank(readers._replace(taste=taste(weights, says)), offer)
    draws = np.random.default_rng(number).random(BATCH)
    chosen = choose(ranked, offer, np.full(BATCH, MOST), draws)
    reasons.strongest(ranked, offer, chosen)
    scoring.strongest_topic(readers.follows, offer.tags, chosen.papers)
    return int((chosen.papers >= 0).sum())


def _make(papers: int) -> tuple[Offer, Readers, sparse.csr_array, scoring.Floats]:
    chance = np.random.default_rng(papers)
    vectors = chance.normal(size=(papers, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tags = (chance.random((papers, TOPICS)) * (chance.random((papers, TOPICS)) < ABOUT)).astype(np.float32)
    follows = (chance.random((BATCH, TOPICS)) < FOLLOWED).astype(np.float32)
    offer = Offer(
        tags,
        np.zeros(papers, dtype=np.bool_),
        diversity.sameness(vectors),
        scoring.votes(chance.integers(0, 50, papers).astype(np.float32), np.zeros(papers, dtype=np.float32)),
        chance.random((1, papers)).astype(np.float32),
    )
    rows = np.repeat(np.arange(BATCH), LIKED)
    columns = chance.integers(0, KNOWN, BATCH * LIKED)
    weights = sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(BATCH, KNOWN))
    says = chance.normal(size=(KNOWN, papers)).astype(np.float32)
    return offer, Readers(follows, np.zeros(follows.shape, dtype=np.bool_)), weights, says
