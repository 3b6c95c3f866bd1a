"""How long a day of 3,000 papers from six sources takes: harvested, cleaned, joined, embedded, tagged and drafted.

    python -m tests.benchmarks.day_of_sources [papers]

From servers on this machine, into a scratch database next to the configured one, with all topic sets. A tenth of the
papers are at two sources. The second half of the day is measured too: does memory grow?
"""

import json
import logging
import os
import random
import resource
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from digest.catalog import harvest_scheduler  # noqa: E402
from digest.editions import drafting  # noqa: E402
from digest.metrics.benchmark.run import scratch_database  # noqa: E402
from digest.models import Edition, Paper, PaperTopic, SourceRun  # noqa: E402
from subscriptions.starter_topics import SETS, load_topics, topic_sets  # noqa: E402
from tests.support import index_answers as answers  # noqa: E402
from tests.support.fake_source import Reply, fake_source  # noqa: E402

TEXTS = [
    json.loads(line)
    for line in Path(__file__).parents[1].joinpath("payloads/topics_judged.jsonl").open(encoding="utf-8")
]
NAMES = ("biorxiv", "medrxiv", "europepmc", "crossref", "openalex", "openreview")


def texts(source, number):
    """Return a title, an abstract and authors as real papers have them, unlike any other paper's."""
    chance = random.Random(f"{source}{number}")
    text, other = chance.choice(TEXTS), chance.choice(TEXTS)
    words = other["title"].split()
    chance.shuffle(words)
    title = f"{' '.join(words[:6])} {text['title']} {chance.getrandbits(30):x}"
    return (
        title,
        f"{text['abstract']} {other['abstract'][:200]}",
        [f"Jo Author{chance.getrandbits(20):x}" for _ in range(5)],
    )


def page_of(source, numbers, today):
    """Return the entries with these numbers; one in ten is at the next source too."""
    entries = []
    for number in numbers:
        place = NAMES.index(source)
        holder = NAMES[place + 1] if place % 2 == 0 and number % 5 == 0 else source
        title, abstract, authors = texts(holder, number)
        name = f"10.{1000 + NAMES.index(holder)}/{number}"
        if source in {"biorxiv", "medrxiv"}:
            entries.append(
                {"doi": name, "title": title, "abstract": abstract, "authors": "; ".join(authors), "version": "1"}
                | {"date": str(today - timedelta(days=1)), "category": "neuroscience", "published": "NA"}
            )
        elif source == "europepmc":
            people = [{"firstName": "Jo", "lastName": author.split()[1]} for author in authors]
            fields = {"doi": name, "title": title, "abstractText": abstract, "authorList": {"author": people}}
            entries.append(answers.europepmc_result(**fields, firstPublicationDate=str(today)))
        elif source == "crossref":
            people = [{"given": "Jo", "family": author.split()[1]} for author in authors]
            when = {"date-parts": [[today.year, today.month, today.day]]}
            jats = f"<jats:p>{abstract.replace('<', '&lt;')}</jats:p>"
            entries.append(answers.crossref_work(DOI=name, title=[title], abstract=jats, author=people, published=when))
        elif source == "openalex":
            people = [{"author": {"display_name": author}} for author in authors]
            index = {}
            for spot, word in enumerate(abstract.split()):
                index.setdefault(word, []).append(spot)
            fields = {"doi": name, "title": title, "authorships": people, "abstract_inverted_index": index}
            fields |= {"id": f"https://openalex.org/W{number}", "locations": [], "publication_date": str(today)}
            entries.append(answers.openalex_work(**fields))
        else:
            note = answers.openreview_note(number, title=title, abstract=abstract, authors=authors)
            note["pdate"] = int(time.mktime(today.timetuple()) * 1000)
            entries.append(note)
    return entries


def server(source, count, today):
    """Return a function that answers for one source, a page at a time."""
    size = 100

    def answer(request):
        if source in {"biorxiv", "medrxiv"}:
            start = int(request.path.split("/")[-2])
            page = page_of(source, range(start, min(start + size, count)), today)
            return Reply(json.dumps({"messages": [{"status": "ok", "total": count}], "collection": page}))
        key = {"europepmc": "cursorMark", "openreview": "offset"}.get(source, "cursor")
        start = int(request.query[key].replace("*", "0"))
        page = page_of(source, range(start, min(start + size, count)), today)
        end = {"total": count} | ({} if source == "openreview" else {"cursor": str(start + len(page))})
        return Reply(getattr(answers, source)(*page, **end))

    return answer


def main(count):
    logging.disable(logging.INFO)
    today = timezone.now().date()
    with ExitStack() as stack:
        stack.enter_context(scratch_database())
        for name in topic_sets():
            load_topics(SETS / f"{name}.toml")
        setups = dict(settings.SOURCE_SETUPS)
        queries = {"crossref": ("1476-4687",), "openalex": ("a:b",), "openreview": ("A.cc/2026/C",)}
        for name in NAMES:
            fake = stack.enter_context(fake_source())
            fake.answer = server(name, count // len(NAMES), today)
            setups[name] = replace(
                setups[name], url=fake.url, spacing=timedelta(0), queries=queries.get(name, ()), daily=0
            )
        sources = {"SOURCE_SETUPS": setups, "SOURCES": list(NAMES), "EDITION_FROM": list(NAMES)}
        stack.enter_context(override_settings(**sources))
        for what in ("first", "again"):
            begin, worked = time.perf_counter(), time.process_time()
            runs = harvest_scheduler.harvest_due(timezone.now())
            drafted = sum(drafting.draft(timezone.now() + timedelta(days=1)).values())
            seconds, worked = time.perf_counter() - begin, time.process_time() - worked
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            sys.stdout.write(
                f"{connection.vendor}, {what}: {seconds:.1f} s, {worked:.1f} s of CPU (with the test’s servers); "
                f"{sum(run.new for run in runs)} new, {Paper.objects.count()} papers, {PaperTopic.objects.count()} tags"
                f", {drafted} drafted in {Edition.objects.count()} editions; peak {peak:.0f} MB\n"
            )
            for run in runs:
                sys.stdout.write(f"  {run}: {run.numbers} {run.error}\n")
            # As if some hours had passed.
            SourceRun.objects.update(ended_at=timezone.now() - timedelta(days=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
