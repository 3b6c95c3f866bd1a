"""How long it takes to import and tag 1,000 arXiv entries, and how long when nothing is new.

    python -m tests.benchmarks.import_entries [entries]

From a server on this machine, into a scratch database next to the configured one.
"""

import logging
import os
import random
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the set-up
from django.test import override_settings  # noqa: E402

from digest.catalog import harvesting  # noqa: E402
from digest.metrics.benchmark.run import scratch_database  # noqa: E402
from digest.sources import seed  # noqa: E402
from subscriptions.starter_topics import load_topics  # noqa: E402
from tests.support.fake_source import fake_source  # noqa: E402
from tests.support.source_answers import oai, oai_record  # noqa: E402

TEX = r" We need $\mathcal{O}(n^{2})$ steps, 3.4\% fewer than Erd\H{o}s, for $x_{ij} \in \mathbb{R}^d$."


def entries(count):
    """Yield records as long as those of a real day, no two alike, made from the seed page's texts."""
    chance = random.Random(1)
    texts = [paper.original_abstract for paper in seed.read_seed(seed.SHIPPED_PAGE).papers]
    for number in range(1, count + 1):
        words = chance.choice(texts).split()
        chance.shuffle(words)
        title = f"Entry {number}: " + " ".join(words[:8]) + r" with $\alpha$-stable noise"
        authors = ", ".join(rf"Jos\'e Author{chance.randrange(9999)}" for _ in range(5))
        abstract = chance.choice(texts)[:700] + " " + " ".join(words[:80]) + TEX
        yield oai_record(f"2609.{number:05}", title=title, abstract=abstract, authors=authors)


def main(count):
    logging.disable(logging.INFO)
    with scratch_database(), fake_source() as source:
        load_topics()
        source.says(oai(*entries(count)))
        with override_settings(ARXIV_OAI_URL=source.url, ARXIV_SPACING=timedelta(0)):
            for what in ("first", "again"):
                begin, worked = time.perf_counter(), time.process_time()
                run = harvesting.harvest("oai", "cs")
                seconds, worked = time.perf_counter() - begin, time.process_time() - worked
                figures = f"{seconds:.2f} s, {worked:.2f} s of CPU time"
                sys.stdout.write(f"{connection.vendor}, {what}: {figures} ({run.numbers}){run.error}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
