"""What the service depends on fails and comes back: nothing is lost or sent twice, and the service carries on.

`make faults` runs it with one-minute outages. The results are in docs/running.md, under "What happens when".
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings as project

from tests.support.fake_smtp import FakeSmtp, fake_smtp
from tests.support.whole_service import FILL, READERS, Postgres, Service, until

pytestmark = pytest.mark.services

OUTAGE = float(os.environ.get("FAULT_SECONDS", "8"))
# Deliveries that were given back wait for a minute.
PATIENCE = 100


class SlowSmtp(FakeSmtp):
    """Answers slowly, so that something is always on the wire."""

    def take(self, recipient, content):
        time.sleep(0.05)
        return super().take(recipient, content)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    server = Postgres()
    server.start()
    server.sql("CREATE DATABASE papers")
    variables = {**os.environ, "DATABASE_URL": server.url(), "VAR_DIR": str(tmp_path_factory.mktemp("var"))}
    for command in (["migrate", "--verbosity", "0"], ["shell", "--command", FILL]):
        subprocess.run([sys.executable, "manage.py", *command], env=variables, cwd=project.BASE_DIR, check=True)
    yield server
    server.remove()


@pytest.fixture
def service(postgres, tmp_path, request):
    database = f"outage_{request.node.name.removeprefix('test_')[:30]}"
    postgres.sql(f'CREATE DATABASE "{database}" TEMPLATE papers')
    folder = tmp_path / "var"
    folder.mkdir()
    with fake_smtp(SlowSmtp()) as smtp:
        service = Service(postgres, database, folder, smtp.port)
        service.smtp = smtp
        try:
            service.start("redis", "worker", "beat")
            yield service
        finally:
            service.stop()


def digests(service):
    """Return how many digests each reader got."""
    return Counter(recipient for recipient, mail in service.smtp.mails if b"<digest." in mail)


def in_full_flight(service, share=0.2):
    assert until(lambda: len(service.smtp.mails) > READERS * share, PATIENCE), service.log("worker").read_text()[-3000:]


def goes_on_to_its_end(service, uncertain=0):
    """Assert that each reader got one digest, with at most `uncertain` unknown, and that the ledger agrees."""

    def is_done():
        ledger = service.ledger()
        return ledger["sent"] + ledger["uncertain"] == READERS

    assert until(is_done, PATIENCE), (service.ledger(), service.log("worker").read_text()[-3000:])
    ledger, got = service.ledger(), digests(service)
    seen = {"ledger": dict(ledger), "readers": len(got), "mails": got.total()}
    sys.stdout.write(f"{json.dumps(seen)}\n")
    assert set(got.values()) == {1}
    assert ledger["uncertain"] <= uncertain
    assert ledger["sent"] <= len(got) <= READERS


def test_redis_is_away(service):
    service.start("web")
    assert until(lambda: service.get("/") == 200, PATIENCE)
    in_full_flight(service)

    service.kill("redis")
    form = {"email": "new@example.org", "time_zone": "UTC", "local_time": "07:00", "frequency": "daily"}
    pages = Counter(service.get(path) for path in ("/", "/trending", "/archive", "/search?q=paper", "/healthz"))
    ready, signed_up = service.get("/readyz"), service.get("/subscribe", form)
    time.sleep(OUTAGE)
    during = len(service.smtp.mails)
    service.start("redis")

    goes_on_to_its_end(service)
    assert until(lambda: any(recipient == "new@example.org" for recipient, _ in service.smtp.mails), PATIENCE)
    assert (pages, ready, signed_up) == (Counter({200: 5}), 503, 200)
    assert until(lambda: service.get("/readyz") == 200, 20)
    sys.stdout.write(f"sent when Redis came back: {during}\n")
    assert service.is_up("beat")
    assert service.is_up("worker")


def test_postgresql_is_away(service, postgres):
    service.start("web")
    assert until(lambda: service.get("/") == 200, PATIENCE)
    in_full_flight(service)

    postgres.stop()
    time.sleep(OUTAGE)
    seen = [service.get(path) for path in ("/papers/1", "/readyz", "/healthz")]
    postgres.start()

    goes_on_to_its_end(service)
    assert seen == [500, 503, 200]
    assert until(lambda: service.get("/papers/1") == 200, 20)
    assert service.is_up("beat")
    assert service.is_up("worker")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 256 KB where VAR_DIR will be."""
    folder = tmp_path / "var"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs leave to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder):
    """Keep a disk full, including bytes that are freed in the meantime."""
    is_over = threading.Event()

    def fill():
        with (folder / "filler").open("wb", buffering=0) as file:
            while not is_over.is_set():
                with suppress(OSError):
                    file.write(b"x" * 256)

    thread = threading.Thread(target=fill)
    thread.start()
    yield
    is_over.set()
    thread.join()
    (folder / "filler").unlink()


def test_the_disk_is_full(small_disk, postgres, tmp_path):
    postgres.sql("CREATE DATABASE outage_disk TEMPLATE papers")
    with fake_smtp(SlowSmtp()) as smtp:
        service = Service(postgres, "outage_disk", small_disk, smtp.port)
        service.smtp = smtp
        try:
            service.start("redis", "worker", "beat")
            in_full_flight(service)
            with filled(small_disk):
                time.sleep(OUTAGE)
            assert service.is_up("beat")
            assert service.count_in_log("worker", "No space left") > 0
            goes_on_to_its_end(service)
        finally:
            service.stop()


def test_the_machine_reboots(service, postgres):
    in_full_flight(service)

    service.kill("worker", "beat", "redis")
    postgres.stop()
    # A send log from an earlier boot, and one whose last lines were lost.
    for number, send_log in enumerate(sorted((service.folder / "journal").glob("*.journal"))):
        head, *lines = send_log.read_text().split("\n")
        about = {**json.loads(head), "boot": "the one before"}
        send_log.write_text("\n".join([json.dumps(about), *lines[: len(lines) // 2]]) if number else json.dumps(about))
    postgres.start()
    service.start("redis", "worker", "beat")

    # What the worker's two processes held.
    goes_on_to_its_end(service, uncertain=2 * 20)


@pytest.mark.parametrize("hours", [1, -1])
def test_the_clock_jumps(postgres, tmp_path, hours):
    database = f"outage_clock_{'ahead' if hours > 0 else 'back'}"
    postgres.sql(f"CREATE DATABASE {database} TEMPLATE papers")
    folder, clock = tmp_path / "var", tmp_path / "clock"
    folder.mkdir()
    clock.write_text("0")
    with fake_smtp(SlowSmtp()) as smtp:
        service = Service(postgres, database, folder, smtp.port, CLOCK_FILE=str(clock))
        service.smtp = smtp
        try:
            service.start("redis", "worker", "beat")
            in_full_flight(service)
            clock.write_text(str(hours * 3600))
            assert until(lambda: len(smtp.mails) == READERS or hours < 0, PATIENCE)
            time.sleep(3)
            lines_before = service.count_in_log("beat", "Sending due task plan what is due")
            assert until(
                lambda: service.count_in_log("beat", "Sending due task plan what is due") > lines_before + 1, 15
            ), lines_before
            # Deliveries planned for an hour that is in the future again wait for it.
            clock.write_text("0.001")
            goes_on_to_its_end(service)
        finally:
            service.stop()
