"""The site while digests are sent: a realistic mix at a fixed rate of requests, against gunicorn and PostgreSQL.

    .ci/with-services .ci/with-postfix python -m tests.benchmarks.site_load [requests per second] [seconds] [readers]

Sends to the readers once without and once with visitors. Requests start when they are due, whether or not earlier ones
were answered, and each comes over its own connection, as from a proxy. Prints percentiles of each kind while mails were
sent and while none were, errors, and how much slower the sending was.
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlencode

FOLDER = tempfile.TemporaryDirectory(prefix="daily-papers-load-")
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "VAR_DIR": FOLDER.name,
    "DEBUG": "false",
    "SECRET_KEY": "site-load-benchmark-" * 4,
    "SITE_URL": "https://localhost",
    "PROXY_COUNT": "1",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "POSTAL_ADDRESS": "Example Lab",
    # The limits that keep strangers from bombing mailboxes would end the measurement.
    "MAILS_PER_SITE": "1000000 per hour",
    "VOTES_PER_MEMBER": "1000000 per hour",
}

import django  # noqa: E402 - the settings are read from the variables above

django.setup()

import logging  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from digest.community import accounts  # noqa: E402
from digest.metrics.benchmark import run, sinks  # noqa: E402
from digest.models import Member, Paper  # noqa: E402
from digest.site import members  # noqa: E402
from subscriptions.models import Topic  # noqa: E402
from tests.benchmarks import million  # noqa: E402

WEB = "gunicorn config.wsgi --workers 2 --threads 8 --preload --timeout 60 --no-control-socket --bind 127.0.0.1:{port}"
WORKER = "celery -A config worker --pool threads --concurrency 2 --loglevel error"
SENDERS = 2
# As systemd starts the worker in docs/deploy: visitors go first.
NICE = 10
# Of a hundred requests, on a day when a digest just went out.
MIX = {"front": 50, "paper": 37, "topic": 5, "search": 4, "vote": 3, "sign-up": 1}
WORDS = ("graph", "private gradients", "optimal transport", "bound that is tight", "measures", "nothing of this kind")
MEMBERS = 200
CSRF = "a" * 32
PATIENCE = 30


class Visitors:
    """The requests of the mix, as bytes."""

    def __init__(self):
        self.chance = random.Random(5)
        self.papers = list(Paper.objects.values_list("pk", flat=True))
        self.topics = list(Topic.objects.values_list("slug", "pk"))
        self.cookies = [self._cookie(number) for number in range(MEMBERS)]
        self.number = 0

    def _cookie(self, number):
        member = Member.objects.create(email=f"member{number}@example.org", joined_at=timezone.now())
        accounts.join_reader(member, timezone.now())
        response = HttpResponse()
        members.remember_member(response, member)
        return response.cookies[members.MEMBER_COOKIE].OutputString().partition(";")[0]

    def next(self):
        """Return the kind of the next request, and the request."""
        self.number += 1
        (kind,) = self.chance.choices(list(MIX), MIX.values())
        return kind, getattr(self, f"_{kind.replace('-', '_')}")()

    def _front(self):
        return self._get("/")

    def _paper(self):
        return self._get(f"/papers/{self.chance.choice(self.papers)}")

    def _search(self):
        return self._get(f"/search?{urlencode({'q': self.chance.choice(WORDS)})}")

    def _topic(self):
        return self._get(f"/topics/{self.chance.choice(self.topics)[0]}")

    def _vote(self):
        action = self.chance.choice(["vote", "take-back"])
        return self._post(f"/papers/{self.chance.choice(self.papers)}/{action}", {}, self.chance.choice(self.cookies))

    def _sign_up(self):
        form = {
            "email": f"new{self.number}@example.org",
            "topics": self.chance.choice(self.topics)[1],
            "time_zone": "UTC",
            "local_time": "07:00",
            "frequency": "daily",
        }
        return self._post("/subscribe", form)

    def _get(self, path):
        return self._request("GET", path)

    def _post(self, path, form, cookie=""):
        body = urlencode(form | {"csrfmiddlewaretoken": CSRF}).encode()
        cookies = "; ".join(filter(None, [f"csrftoken={CSRF}", cookie]))
        more = (
            f"Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        )
        return self._request("POST", path, f"{more}Referer: https://localhost/\r\nOrigin: https://localhost\r\n") + body

    def _request(self, method, path, more=""):
        # Each from a different network, as the proxy would report it.
        network = f"{11 + (self.number >> 16 & 63)}.{self.number >> 8 & 255}.{self.number & 255}.7"
        return (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {network}\r\nX-Forwarded-Proto: https\r\n"
            f"Accept: text/html\r\nAccept-Encoding: gzip\r\n{more}Connection: close\r\n\r\n"
        ).encode()


class Load:
    """The requests: when, of which kind, the answer's status (0 for none) and its seconds."""

    def __init__(self):
        self.answers = []

    async def run(self, visitors, port, per_second, until):
        """Send this many requests per second until `until` says so."""
        tasks, start, count = set(), time.perf_counter(), 0
        while not until():
            wait = start + count / per_second - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            task = asyncio.create_task(self._ask(port, *visitors.next()))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            count += 1
        await asyncio.gather(*tasks)

    async def _ask(self, port, kind, request):
        begin, status = time.perf_counter(), 0
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                answer = await reader.read()
                writer.close()
            status = int(answer[9:12] or 0)
        except (OSError, TimeoutError, ValueError):
            pass
        self.answers.append((begin, kind, status, time.perf_counter() - begin))


def fill(readers):
    """Make readers and the edition; the site's pages need embeddings, tags and key sentences."""
    million.fill(readers)
    call_command("tag_papers", verbosity=0)
    call_command("choose_key_sentences", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def due_again():
    """Make everyone's digest due again, as on the next day."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE digest_delivery CASCADE")
        cursor.execute(
            "UPDATE subscriptions_subscriber SET next_digest_at = now() - interval '1 minute', seen_until = NULL"
            " WHERE email LIKE 'reader%'"
        )
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE subscriptions_subscriber")


class Sending:
    """Sending, by processes that exist before any visitor comes: forked later, they would hold visitors' connections.

    Those would not end when the visitor leaves, and gunicorn waits for that.
    """

    def __init__(self, readers):
        self._ours, theirs = million.FORK.Pipe()
        connections.close_all()
        self._process = million.FORK.Process(target=self._run, args=(theirs, readers))
        self._process.start()

    def _run(self, pipe, readers):
        pipe.recv()
        pipe.send(million.measured(readers, SENDERS, nice=NICE)[1])

    def seconds(self):
        """Send, and return the seconds it took."""
        self._ours.send("go")
        seconds = self._ours.recv()
        self._process.join()
        return seconds


def start(command, variables):
    program, *arguments = command.split()
    words = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.Popen(words, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def percentiles(seconds):
    """Return the 50th, 95th and 99th percentile and the longest, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return [round(1000 * value) for value in (cuts[49], cuts[94], cuts[98], max(seconds))]


def visited(port, per_second, seconds, readers):
    """Send for half of that time alongside visitors; return the answers, when mails were sent, and the sending rate."""
    visitors, load = Visitors(), Load()
    senders, sending = Sending(readers), {}

    async def both():
        begin = time.perf_counter()
        visiting = asyncio.create_task(
            load.run(visitors, port, per_second, lambda: time.perf_counter() > begin + seconds and "rate" in sending)
        )
        await asyncio.sleep(seconds / 5)
        sending["begin"] = time.perf_counter()
        total = await asyncio.to_thread(senders.seconds)
        sending["end"], sending["rate"] = time.perf_counter(), readers / total
        await visiting

    asyncio.run(both())
    return load.answers, sending


def table_of(answers, sending):
    """Return the percentiles of each kind, while mails were sent and while none were."""
    groups = defaultdict(list)
    for begin, kind, status, seconds in answers:
        is_sending = sending["begin"] <= begin <= sending["end"]
        if 200 <= status < 400:
            groups[is_sending, kind].append(seconds)
            groups[is_sending, "all"].append(seconds)
    table = Table("ms: 50%, 95%, 99%, longest", "no sending", "while emails are sent")
    for kind in (*MIX, "all"):
        cells = [groups[is_sending, kind] for is_sending in (False, True)]
        table.add_row(kind, *[", ".join(map(str, percentiles(cell))) if len(cell) > 1 else "–" for cell in cells])
    return table


def main(per_second="300", seconds="300", readers="100000"):
    """Measure and print."""
    logging.disable(logging.INFO)
    per_second, seconds, readers = float(per_second), float(seconds), int(readers)
    console, port = Console(width=110), sinks.free_port()
    with run.scratch_database(), run.into_a_sink(run.Setup("smtp", SENDERS)) as smtp_port:
        fill(readers)
        _, alone, *_ = million.measured(readers, SENDERS)
        due_again()
        address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        variables = {**os.environ, "DATABASE_URL": address, "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}"}
        programs = [start(WEB.format(port=port), variables), start(WORKER, variables)]
        try:
            time.sleep(15)
            answers, sending = visited(port, per_second, seconds, readers)
        finally:
            for program in programs:
                program.terminate()
            for program in programs:
                program.wait(60)
            connections.close_all()
    took = max(begin for begin, *_ in answers) - min(begin for begin, *_ in answers)
    failed = defaultdict(int)
    for _, kind, status, _ in answers:
        if not 200 <= status < 400:
            failed[kind, status] += 1
    console.print(table_of(answers, sending))
    console.print(f"{len(answers):,} requests in {took:.0f} s, {len(answers) / took:.0f} per second")
    console.print(f"errors: {sum(failed.values())} {dict(failed) or ''}")
    console.print(
        f"sending {readers:,}: {readers / alone:,.0f} per second alone, {sending['rate']:,.0f} with visitors "
        f"({sending['rate'] * alone / readers:.2f} ×)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
