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


@pytest.fixture
def serving(tmp_path):
    """The service in one process, on the embedded defaults, and the address of its site."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    variables |= {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=variables, cwd=project.BASE_DIR, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with subprocess.Popen(
        [*manage, "serve", "--bind", address],
        env=variables, cwd=project.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        yield process, f"http://{address}"
        process.kill()


def status_of(address):
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return response.status
        except OSError:
            time.sleep(0.1)
    return None


def test_it_answers_and_stops_together_with_its_worker_and_beat(serving):
    process, site = serving

    assert status_of(f"{site}/readyz") == 200
    assert status_of(f"{site}/") == 200
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=60)[0]
    assert process.returncode == 0, log
    assert "with worker and beat" in log
    assert "Traceback" not in log


def test_an_address_already_in_use_is_refused_by_name(serving):
    process, site = serving
    status_of(f"{site}/healthz")
    address = site.removeprefix("http://")

    second = subprocess.run([*process.args[:3], "--bind", address], capture_output=True, text=True, check=False)

    assert second.returncode == 1
    assert second.stderr.startswith(f"CommandError: cannot listen on {address}")
