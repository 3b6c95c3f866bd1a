"""How long the search takes in a catalogue of this many papers: `python tests/benchmarks/searching.py [PAPERS]`.

Run it with `.ci/with-services`, because the figures are PostgreSQL's; the database must be empty.
"""

import os
import random
import statistics
import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as clock
from itertools import accumulate

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - models are only there now
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from digest.catalog import embedding  # noqa: E402
from digest.catalog.search import Query, search_papers  # noqa: E402
from digest.models import Edition, EditionPaper, Paper  # noqa: E402

PER_DAY, BATCH, QUESTIONS = 100, 5000, 200
# Words occur as often as Zipf's law says for any language: the tenth a tenth as often as the first.
SYLLABLES = [first + last for first in "bcdfghklmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "er", "il", "os")]
COMMON_WORDS = [
    "learning",
    "graph",
    "neural",
    "network",
    "model",
    "diffusion",
    "transport",
    "private",
    "federated",
    "causal",
]


def words(chance: random.Random) -> list[str]:
    """Return twenty thousand words, the commonest first."""
    vocabulary = {"".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(24_000)}
    return [*COMMON_WORDS, *sorted(vocabulary)[:20_000]]


def fill(number: int, chance: random.Random, vocabulary: list[str]) -> None:
    """Make this many papers, a hundred per day, all in published editions."""
    weights = list(accumulate(1 / (place + 3) for place in range(len(vocabulary))))
    first = date(2025, 8, 21) - timedelta(days=number // PER_DAY)
    names = [f"{a.title()} {b.title()}" for a, b in zip(vocabulary[100:2100], vocabulary[2100:4100], strict=True)]
    # As close to one of the words as an abstract about it would be; embedding real ones takes minutes.
    about = embedding.embedder().vectors(COMMON_WORDS)
    noise = np.random.default_rng(1)
    for start in range(0, number, BATCH):
        size = (min(BATCH, number - start), about.shape[1])
        vectors = about[noise.integers(len(COMMON_WORDS), size=size[0])] + noise.normal(0, 1.5 / size[1] ** 0.5, size)
        stored = [vector.tobytes() for vector in embedding.normalised(vectors).astype(embedding.STORED)]
        papers = Paper.objects.bulk_create(
            Paper(
                title=" ".join(chance.choices(vocabulary, cum_weights=weights, k=9)),
                original_title="",
                abstract=" ".join(chance.choices(vocabulary, cum_weights=weights, k=150)),
                authors=chance.choices(names, k=4),
                source="benchmark",
                embedding=vector,
                embedding_model=embedding.embedder().name,
            )
            for vector in stored
        )
        days = [first + timedelta(days=(start + place) // PER_DAY) for place in range(0, len(papers), PER_DAY)]
        editions = Edition.objects.bulk_create(
            Edition(day=day, status="published", published_at=timezone.now(), publish_at=at)
            for day in days
            for at in [datetime.combine(day, clock(6), timezone.get_current_timezone())]
        )
        EditionPaper.objects.bulk_create(
            EditionPaper(edition=editions[place // PER_DAY], paper=paper, position=place % PER_DAY)
            for place, paper in enumerate(papers)
        )


def main() -> None:
    """Fill the catalogue, search it, and print the figures."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    chance = random.Random(1)
    vocabulary = words(chance)
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    fill(number, chance, vocabulary)
    print(f"{number} papers created in {time.perf_counter() - began:.0f} s")  # noqa: T201
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    kinds = {
        "a common word": lambda: chance.choice(COMMON_WORDS),
        "two common words": lambda: " ".join(chance.sample(COMMON_WORDS, 2)),
        "a rare word": lambda: chance.choice(vocabulary[2000:]),
        "the beginning of a word": lambda: chance.choice(vocabulary[100:])[:3],
        "three words": lambda: " ".join(chance.sample(vocabulary[:200], 3)),
    }
    search_papers(Query("graph"))
    everything = []
    for kind, make in kinds.items():
        durations = []
        for _ in range(QUESTIONS // len(kinds)):
            query = Query(make())
            began = time.perf_counter()
            search_papers(query)
            durations.append((time.perf_counter() - began) * 1000)
        everything += durations
        print(f"{kind}: median {statistics.median(durations):.0f} ms, slowest {max(durations):.0f} ms")  # noqa: T201
    print(f"all: median {statistics.median(everything):.0f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
