"""The whole service on this machine, with its own PostgreSQL, Redis, web, worker and beat, to be broken and fixed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg
from django.conf import settings as project
from redis import Redis

READERS = 300
# Run once in the template of all databases: a published edition, and readers who are due.
FILL = f"""
from datetime import timedelta
from django.utils import timezone
from subscriptions.models import Status, Subscriber
from tests.support.factories import make_edition, make_paper
now = timezone.now()
make_edition(make_paper("The paper"), published=False).publish(now)
Subscriber.objects.bulk_create(
    Subscriber(email=f"r{{n}}@example.org", email_key=f"r{{n}}@example.org", status=Status.ACTIVE, confirmed_at=now,
               next_digest_at=now - timedelta(minutes=1))
    for n in range({READERS})
)
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def postgres_program(name):
    """Return the path of a PostgreSQL server program, or None: Debian keeps them out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(versions[-1]) if versions else shutil.which(name)


class Postgres:
    """A separate PostgreSQL server. It writes to disk as a real one does, because crashes are part of the tests."""

    def __init__(self):
        # Not in one of pytest's folders, which no other user may enter: PostgreSQL refuses to run as root.
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="daily-papers-postgres-")), free_port()
        self.as_user = []
        if os.getuid() == 0:
            self.as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(self.folder, "postgres")
        options = ["--auth", "trust", "--username", "papers", "--encoding", "UTF8", "--locale", "C"]
        self.run("initdb", "--pgdata", str(self.folder / "data"), *options)

    def run(self, program, *arguments):
        command = [*self.as_user, postgres_program(program), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "postgresql.log")
        self.run("pg_ctl", "--pgdata", str(self.folder / "data"), "--wait", "--log", log, "--options", options, "start")

    def stop(self):
        """Stop it at once, as a crash would."""
        self.run("pg_ctl", "--pgdata", str(self.folder / "data"), "--mode", "immediate", "stop")

    def remove(self):
        """Stop it, and leave nothing behind."""
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name="papers"):
        return f"postgres://papers@127.0.0.1:{self.port}/{name}"

    def sql(self, text, name="postgres"):
        with psycopg.connect(self.url(name), autocommit=True) as server:
            cursor = server.execute(text)
            return cursor.fetchall() if cursor.description else []


class Service:
    """Web, worker and beat on a database filled by FILL, a Redis, and a given mail server."""

    def __init__(self, postgres, database, folder, smtp_port, **variables):
        self.postgres, self.database, self.folder = postgres, database, folder
        self.redis_port, self.web_port = free_port(), free_port()
        self.variables = {
            **os.environ,
            "DATABASE_URL": postgres.url(database),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "VAR_DIR": str(folder),
            "SEND_BATCH": "20",
            "SEND_FIRST_WAIT_SECONDS": "1",
            "SEND_LEASE_SECONDS": "6",
            **variables,
        }
        self.running = {}

    def start(self, *names):
        for name in names:
            self.running[name] = getattr(self, f"_start_{name}")()

    def _start_redis(self):
        command = ["redis-server", "--port", str(self.redis_port), "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.folder.parent)
        with Redis(port=self.redis_port) as client:
            until(client.ping, 10)
        return process

    def _start_worker(self):
        return self._program("worker", "celery", "--app", "config", "worker", "--pool", "threads", "--concurrency", "2")

    def _start_beat(self):
        return self._program("beat", "celery", "--app", "tests.support.fast_beat", "beat", "--loglevel", "INFO")

    def _start_web(self):
        command = ["gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.web_port}", "--threads", "2"]
        return self._program("web", *command, "--no-control-socket")

    def _program(self, name, *command):
        # If a test sets the clock, run it through a module that does.
        clock = ["tests.support.jumping_clock"] if "CLOCK_FILE" in self.variables else []
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *clock, *command],
                env=self.variables, cwd=project.BASE_DIR, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def log(self, name):
        return self.folder.parent / f"{self.database}-{name}.log"

    def count_in_log(self, name, pattern):
        """Return how many lines of a program's log match."""
        return len(re.findall(pattern, self.log(name).read_text(errors="replace")))

    def kill(self, *names):
        for name in names:
            process = self.running.pop(name)
            with suppress(ProcessLookupError):
                (os.kill if name == "redis" else os.killpg)(process.pid, signal.SIGKILL)
            process.wait()

    def is_up(self, name):
        return self.running[name].poll() is None

    def stop(self):
        self.kill(*list(self.running))

    def ledger(self):
        """Return the number of digests by status."""
        return Counter(
            dict(self.postgres.sql("SELECT status, count(*) FROM digest_delivery GROUP BY 1", self.database))
        )

    def get(self, path, data=None):
        """Return the status of a page; 0 if nothing answers."""
        body = urllib.parse.urlencode(data).encode() if data else None
        address = f"http://127.0.0.1:{self.web_port}{path}"
        request = urllib.request.Request(address, body, {"Origin": "http://localhost:8000", "Host": "localhost:8000"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def until(is_so, seconds):
    """Wait until a condition is true; return whether it became true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Exception):
            if is_so():
                return True
        time.sleep(0.2)
    return False
