"""The service in one process: it serves, does what is due, and stops when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.storeless


@pytest.fixture
def serve(tmp_path):
    """The command in a process of its own, on the embedded defaults."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    variables |= {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def start(name, *arguments):
        command = [sys.executable, "manage.py", name, *arguments]
        return subprocess.Popen(
            command, env=variables, cwd=project.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    return start


def status_of(address):
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return response.status
        except OSError:
            time.sleep(0.1)
    return None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_and_stops_together_with_its_worker_and_beat(serve, how):
    with serve("migrate", "--verbosity", "0") as migration:
        assert migration.wait(120) == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"

    with serve("serve", "--bind", address) as process:
        try:
            assert status_of(f"http://{address}/readyz") == 200
            assert status_of(f"http://{address}/") == 200
            process.send_signal(how)
            log = process.communicate(timeout=60)[0]
        finally:
            process.kill()

    assert process.returncode == 0, log
    assert "with worker and beat" in log
    assert "Traceback" not in log


def test_an_address_already_in_use_is_refused_by_name(serve):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with serve("serve", "--bind", address) as process:
            log = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert log.startswith(f"CommandError: cannot listen on {address}")


def test_a_folder_it_cannot_write_to_is_named_before_anything_starts(monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(CommandError, match="cannot write to VAR_DIR"):
        call_command("serve")
