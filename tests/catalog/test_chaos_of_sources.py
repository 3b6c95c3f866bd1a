"""Six sources fail, lie, hang and refuse for ten days: no paper is lost or duplicated, and each is on the right day."""

import json
import random
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.catalog import harvest_scheduler
from digest.editions import drafting
from digest.models import EditionPaper, Listing, Paper, PaperIdentifier, SourceRun
from tests.support import index_answers as answers
from tests.support.fake_source import Reply, fake_source
from tests.support.source_answers import HTML

pytestmark = pytest.mark.django_db

FIRST_DAY = date(2026, 9, 7)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(10)]
HOURS = (1, 7, 13, 19)
PAPERS_A_DAY = 7
# The hosts and what goes wrong there. The last hour of each day is good, so nothing has to wait for the next day.
SOURCES = ("biorxiv", "medrxiv", "europepmc", "crossref", "openreview", "feed")
FAULTS = ("html", "500", "429", "hang up", "lie", "half")


def name_of(source, day, number):
    return f"10.1101/{source}.{day:%m%d}.{number}"


def title_of(source, day, number):
    return (
        f"Study {number} of {source} on {day:%d %B} about {random.Random(f'{source}{day}{number}').getrandbits(40):x}"
    )


class Server:
    """One source: what it has by now, and what is wrong with it this hour."""

    def __init__(self, name, seed):
        self.name, self.now, self.fault = name, None, ""
        self.chance = random.Random(seed)
        self.release = threading.Event()

    def papers(self):
        """All papers it has by now: (day, number), newest last."""
        return [(day, number) for day in DAYS if self.now and day <= self.now.date() for number in range(PAPERS_A_DAY)]

    def answer(self, request):
        if self.fault == "hang":
            self.release.wait(20)
            return Reply(status=0)
        refusals = {
            "html": Reply(HTML),
            "500": Reply(status=500),
            "429": Reply(status=429, headers={"Retry-After": "3600"}),
            "hang up": Reply(status=0),
        }
        if self.fault in refusals:
            return refusals[self.fault]
        return Reply(getattr(self, self.name.replace("medrxiv", "biorxiv"))(request))

    def some(self, entries):
        """The entries of a page: all of them, or half if the source's fault is to give half."""
        return entries[: len(entries) // 2] if self.fault == "half" else entries

    def total(self, entries):
        return len(entries) + (5 if self.fault == "lie" else 0)

    def biorxiv(self, request):
        begin, end, cursor = request.path.split("/")[-4:-1]
        in_range = [(day, n) for day, n in self.papers() if begin <= day.isoformat() <= end]
        entries = [
            {
                "doi": name_of(self.name, day, n),
                "title": title_of(self.name, day, n),
                "authors": "Lovelace, A.",
                "date": day.isoformat(),
                "version": "1",
                "category": "ecology",
                "abstract": "All of it.",
                "published": "NA",
            }
            for day, n in in_range
        ]
        size = self.chance.choice([3, 5, 30])
        page = self.some(entries[int(cursor) : int(cursor) + size])
        return json.dumps({"messages": [{"status": "ok", "total": self.total(entries)}], "collection": page})

    def europepmc(self, request):
        # Half of these are on bioRxiv too, the others are its own.
        entries = [
            answers.europepmc_result(
                doi=name_of("biorxiv" if n % 2 else self.name, day, n),
                title=title_of("biorxiv" if n % 2 else self.name, day, n),
                firstPublicationDate=day.isoformat(),
            )
            for day, n in self.papers()[-30:]
        ]
        page = self.some(entries) if request.query["cursorMark"] == "*" else []
        return answers.europepmc(*page, total=self.total(entries), cursor="end")

    def crossref(self, request):
        entries = [
            answers.crossref_work(
                DOI=name_of(self.name, day, n),
                title=[title_of(self.name, day, n)],
                published={"date-parts": [[day.year, day.month, day.day]]},
            )
            for day, n in self.papers()[-30:]
        ]
        page = self.some(entries) if request.query["cursor"] == "*" else []
        return answers.crossref(*page, total=self.total(entries), cursor="end")

    def openreview(self, request):
        entries = []
        for day, n in self.papers():
            note = answers.openreview_note(title=title_of(self.name, day, n))
            note["forum"] = name_of(self.name, day, n)
            note["pdate"] = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
            entries.append(note)
        page = self.some(entries[int(request.query["offset"]) :][:20])
        return answers.openreview(*page, total=self.total(entries))

    def feed(self, _request):
        # Each entry twice, and half of them are in Crossref too.
        entries = [
            f"<item><title>{title_of('crossref' if n % 2 else 'feed', day, n)}</title><guid>{day}-{n}</guid>"
            f"<pubDate>{day:%a, %d %b %Y} 00:30:00 GMT</pubDate>"
            f"<dc:creator>Ada Lovelace</dc:creator><prism:doi>{name_of('crossref' if n % 2 else 'feed', day, n)}"
            "</prism:doi></item>"
            for day, n in self.papers()[-14:]
        ]
        return (
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>F</title>'
            f"{''.join(self.some(entries) * 2)}</channel></rss>"
        )


@pytest.fixture
def servers(settings):
    with ExitStack() as stack:
        result = {}
        setups = dict(settings.SOURCE_SETUPS)
        for seed, name in enumerate(SOURCES):
            server, fake = Server(name, seed), stack.enter_context(fake_source())
            fake.answer = server.answer
            server.url = fake.url
            setups[name] = replace(setups[name], url=fake.url if setups[name].url else "", spacing=timedelta(0))
            result[name] = server
        setups["feed"] = replace(setups["feed"], queries=(result["feed"].url,))
        setups["crossref"] = replace(setups["crossref"], queries=("1476-4687",))
        setups["openreview"] = replace(setups["openreview"], queries=("A.cc/2026/C",))
        settings.SOURCE_SETUPS = setups
        settings.SOURCES = list(SOURCES)
        settings.EDITION_FROM = list(SOURCES)
        yield result
        for server in result.values():
            server.release.set()


def test_no_paper_is_lost_or_duplicated_and_each_is_on_its_day(servers, waits, monkeypatch, time_machine):
    monkeypatch.setattr(harvest_scheduler, "HARVEST_TIMEOUT", timedelta(seconds=6))
    monkeypatch.setattr(harvest_scheduler, "LAST_WAIT", 0.2)
    chance = random.Random(4)
    hanging = {(DAYS[3], 7), (DAYS[6], 1)}
    for day in DAYS:
        for hour in HOURS:
            now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
            time_machine.move_to(now)
            for server in servers.values():
                server.now = now
                server.release.set()
                server.release = threading.Event()
                is_bad = hour != HOURS[-1] and chance.random() < 0.6
                server.fault = chance.choice(FAULTS) if is_bad else ""
            if (day, hour) in hanging:
                servers["europepmc"].fault = "hang"
            harvest_scheduler.harvest_due(now)
            drafting.draft(now)
    # The morning after: what was posted on the last day is complete.
    now = datetime(2026, 9, 17, 6, tzinfo=UTC)
    time_machine.move_to(now)
    harvest_scheduler.harvest_due(now)
    drafting.draft(now)

    works = {
        name_of(source, day, n)
        for source in SOURCES
        for day in DAYS
        for n in range(PAPERS_A_DAY)
        if source not in {"europepmc", "feed"} or n % 2 == 0
    }
    rows = PaperIdentifier.objects.filter(scheme__in=["doi", "openreview"]).values_list("value", "paper")
    papers = dict(rows)
    assert set(papers) == works
    assert len(set(papers.values())) == len(works) == Paper.objects.count()
    days = {}
    for paper, day in EditionPaper.objects.values_list("paper", "edition__day"):
        days.setdefault(paper, []).append(day)
    assert all(len(each) == 1 for each in days.values())
    assert [name for name in works if days.get(papers[name]) != [right_day(name)]] == []
    assert SourceRun.objects.filter(status="failed", error__contains="longer than").count() == len(hanging)
    assert SourceRun.objects.filter(status="failed").count() > 30
    assert Listing.objects.count() >= len(works)


def right_day(name):
    """The day a paper with this name is due: the day after posting, or the day it was first seen."""
    source, stamp, number = name.removeprefix("10.1101/").split(".")
    day = date(2026, int(stamp[:2]), int(stamp[2:]))
    is_seen_elsewhere = source == "biorxiv" and int(number) % 2
    return day + timedelta(days=1) if source in {"biorxiv", "medrxiv"} and not is_seen_elsewhere else day
